"""Run the whole shop on one machine: engines, processes, content and shows."""

import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from livestreams.selectors.demo import count_playing_demo_shows, list_demo_shows
from shopfront.common import clock
from shopfront.embedded import Engines, EnginesError
from shopfront.management.databases import is_behind
from shopfront.management.supervisor import Lines, Process, Supervisor

CAST = (
    ("shopper", "buys"),
    ("shopper2", "buys on another screen"),
    ("creator", "goes live: /creator/"),
    ("moderator", "keeps the chat kind"),
    ("brand", "sells"),
    ("staff", "runs the shop: /admin/"),
    ("admin", "may do everything: /admin/"),
    ("teen", "is too young to buy"),
)
PASSWORD = "demo"  # noqa: S105 - of a cast that exists in the demo only
FIRST_PAGE_SECONDS = 120.0
SHOWS_SECONDS = 240.0
LAST_RUN_SECONDS = 6.0  # a killed demo's processes may still be ending
QUEUES = "default,media,moderation,payouts"


class Told(Exception):
    """Ctrl-C or SIGTERM arrived."""


class Command(BaseCommand):
    """Supervise the demo until Ctrl-C."""

    help = "Run the whole shop with demo content (PORT, DATA and AT are honoured)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer a start without content."""
        parser.add_argument(
            "--bare", action="store_true", help="Leave the demo content out."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Start everything, print where it is, and keep it running."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _tell)
        self.began = time.monotonic()
        self.is_bare = bool(options["bare"])
        self.port = settings.MEDIA_PORT - 1
        self.logs = settings.DATA_DIR / "logs"
        for folder in (self.logs, settings.STATIC_ROOT, settings.MEDIA_ROOT):
            folder.mkdir(parents=True, exist_ok=True)
        engines = Engines(settings.LAYOUT, on_progress=self.say)
        supervisor = Supervisor(self.logs, self.say)
        try:
            self._check_ports()
            self._run(engines, supervisor)
        except Told:
            self.say("Ending")
        except EnginesError as fault:
            raise CommandError(str(fault)) from fault
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            supervisor.stop()
            connections.close_all()
            engines.stop()
        self.say("Ended; the data stays in " + str(settings.DATA_DIR))

    def say(self, message: str) -> None:
        """Print a progress line with the seconds since the start."""
        seconds = time.monotonic() - self.began
        self.stdout.write(f"[{seconds:5.1f} s] {message}")
        self.stdout.flush()

    def _run(self, engines: Engines, supervisor: Supervisor) -> None:
        has_engines = settings.IS_EMBEDDED_POSTGRES or settings.IS_EMBEDDED_VALKEY
        if has_engines:
            engines.start()
        self._migrate()
        self.say("Starting web and media")
        supervisor.start(self._web())
        supervisor.start(self._command("media", "media", PROCESS="media"))
        books = self._start_preparing_sandbox()
        seeding = self._start_seeding()
        self._wait_for_first_page(supervisor)
        self.say(f"The first page answers: {settings.SITE_URL}/")
        self._wait_for_end(books, supervisor)
        self.say("Starting workers and beat")
        for process in self._celery():
            supervisor.start(process)
        self._wait_for_end(seeding, supervisor)
        if not self.is_bare:
            self._wait_for_shows(supervisor)
        self._print_addresses()
        while True:
            time.sleep(1)
            if has_engines:
                engines.revive()
            supervisor.restart_ended()

    def _check_ports(self) -> None:
        """Refuse to start on a port that stays taken, naming what to set."""
        deadline = time.monotonic() + LAST_RUN_SECONDS
        for port in (self.port, settings.MEDIA_PORT, settings.MEDIA_RTMP_PORT):
            while not _is_free(port):
                if time.monotonic() > deadline:
                    raise CommandError(
                        f"Port {port} is taken: set PORT, as in make demo PORT=9000."
                    )
                time.sleep(0.1)

    def _migrate(self) -> None:
        """Bring the shop's database up to date; cost little when it is."""
        if is_behind("default"):
            self.say("Preparing the database")
            call_command("migrate", verbosity=0)

    def _start_preparing_sandbox(self) -> Process | None:
        """Prepare the sandbox gateway's books beside the first pages."""
        if "sandbox" not in connections or not is_behind("sandbox"):
            return None
        arguments = ("--database=sandbox", "--verbosity=0", "--skip-checks")
        return self._start_once("books", "migrate", *arguments)

    def _web(self) -> Process:
        """Describe the web process."""
        command = [sys.executable, "-m", "uvicorn", "shopfront.asgi:application"]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--lifespan", "off", "--no-access-log", "--log-level", "warning"]
        command += ["--ws", "shopfront.common.sockets:RoomProtocol"]
        command += ["--ws-max-size", "65536", "--ws-ping-interval", "30"]
        command += ["--timeout-graceful-shutdown", "3", "--backlog", "4096"]
        return Process("web", command, {"PROCESS": "web"})

    def _celery(self) -> list[Process]:
        """Describe the workers and beat."""
        celery = [sys.executable, "-m", "celery", "-A", "shopfront.celery"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        worker = [*celery, "worker", "-l", "warning", *quiet]
        urgent = [*worker, "-P", "solo", "-n", "urgent@%h", "-Q", "urgent"]
        worker += ["-c", "2", "-Q", QUEUES]
        beat = [*celery, "beat", "-s", str(settings.DATA_DIR / "beat")]
        beat += ["--pidfile=", "-l", "warning"]
        # The gateway's command checks the site; that reads all of its pages.
        environment = {"PROCESS": "worker", "CELERY_SKIP_CHECKS": "1"}
        return [
            Process("worker", worker, environment),
            Process("urgent", urgent, environment),
            Process("beat", beat, environment),
        ]

    def _command(self, name: str, *arguments: str, **environment: str) -> Process:
        """Describe a process that is one of our own commands."""
        manage = str(Path(settings.BASE_DIR) / "manage.py")
        return Process(name, [sys.executable, manage, *arguments], environment)

    def _start_once(self, name: str, *arguments: str) -> Process:
        """Start one of our own commands that ends by itself."""
        process = self._command(name, *arguments, LOG_LEVEL="WARNING")
        (self.logs / f"{name}.log").unlink(missing_ok=True)
        process.start(self.logs)
        return process

    def _start_seeding(self) -> Process | None:
        """Start filling the shop beside the pages; a filled one is left alone."""
        return None if self.is_bare else self._start_once("seed", "seed_demo")

    def _wait_for_end(self, process: Process | None, supervisor: Supervisor) -> None:
        """Wait for a command that ends by itself, showing what it says."""
        if process is None or process.popen is None:
            return
        lines = Lines(self.logs / f"{process.name}.log")
        try:
            while process.is_running():
                self._tell(lines)
                supervisor.restart_ended()
                time.sleep(0.3)
        finally:
            process.signal_group(signal.SIGTERM)
        self._tell(lines)
        if process.popen.returncode != 0:
            raise CommandError(f"{process.name} failed; see {lines.path}")

    def _wait_for_shows(self, supervisor: Supervisor) -> None:
        """Start the demo's broadcasts and wait until all of them play."""
        since = clock.now()
        log = self.logs / "broadcasts.log"
        log.unlink(missing_ok=True)
        supervisor.start(self._command("broadcasts", "broadcast_demo"))
        lines = Lines(log)
        wanted, playing = len(list_demo_shows()), 0
        deadline = time.monotonic() + SHOWS_SECONDS
        while playing < wanted and time.monotonic() < deadline:
            self._tell(lines)
            supervisor.restart_ended()
            time.sleep(0.5)
            playing = count_playing_demo_shows(since)
        self.say(f"{playing} of {wanted} live shows play")

    def _tell(self, lines: Lines) -> None:
        """Show what a process has said since the last time."""
        for line in lines.read():
            self.say(line)

    def _wait_for_first_page(self, supervisor: Supervisor) -> None:
        """Wait until the home page answers."""
        deadline = time.monotonic() + FIRST_PAGE_SECONDS
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/", headers={"Host": _host()}
        )
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
            except urllib.error.HTTPError as answer:
                if answer.code == 404:
                    return
            except OSError:
                supervisor.restart_ended()
            else:
                return
            time.sleep(0.1)
        raise CommandError(f"The first page does not answer; see {self.logs}/web.log")

    def _print_addresses(self) -> None:
        """Print where things are and who may sign in."""
        lines = [
            "",
            f"Shop      {settings.SITE_URL}/",
            f"Creators  {settings.SITE_URL}/creator/",
            f"Staff     {settings.SITE_URL}/admin/",
            f"Encoder   {settings.MEDIA_RTMP_URL} (a show's key is in its studio)",
            f"Logs      {self.logs}",
            "",
            f"Sign in with the password {PASSWORD!r}:",
            *(f"  {name}@demo.example".ljust(26) + what for name, what in CAST),
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.say("Ready. Ctrl-C ends everything and keeps the data.")


def _host() -> str:
    """Return the host by which the site knows itself."""
    return str(settings.SITE_URL.partition("://")[2])


def _is_free(port: int) -> bool:
    """Tell whether a port of this machine can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _tell(number: int, frame: FrameType | None) -> None:
    """Leave whatever runs, to end cleanly."""
    raise Told
