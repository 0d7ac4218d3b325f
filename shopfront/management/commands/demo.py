"""Run the whole shop on one machine: engines, processes, content and shows."""

import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from shopfront.embedded import Engines, EnginesError
from shopfront.management.supervisor import Process, Supervisor

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
        if settings.IS_EMBEDDED_POSTGRES or settings.IS_EMBEDDED_VALKEY:
            engines.start()
        self._migrate()
        self.say("Starting web, media, worker and beat")
        for process in self._processes():
            supervisor.start(process)
        seeding = self._start_seeding()
        self._wait_for_first_page(supervisor)
        self.say(f"The first page answers: {settings.SITE_URL}/")
        self._wait_for_seed(seeding, supervisor)
        if not self.is_bare and "broadcast_demo" in get_commands():
            supervisor.start(self._command("broadcasts", "broadcast_demo"))
        self._print_addresses()
        while True:
            time.sleep(1)
            if settings.IS_EMBEDDED_POSTGRES:
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
        """Bring both databases up to date; cost little when they are."""
        for alias in connections:
            executor = MigrationExecutor(connections[alias])
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                self.say(f"Preparing the database {alias!r}")
                call_command("migrate", database=alias, verbosity=0)

    def _processes(self) -> list[Process]:
        """Describe the long-running processes, the slowest to start first."""
        celery = [sys.executable, "-m", "celery", "-A", "shopfront.celery"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        beat_file = str(settings.DATA_DIR / "beat")
        processes = [
            Process("web", self._web_command(), {"PROCESS": "web"}),
            Process(
                "worker",
                [*celery, "worker", "-c", "2", "-Q", QUEUES, *quiet, "-l", "warning"],
                {"PROCESS": "worker"},
            ),
            Process(
                "beat",
                [*celery, "beat", "-s", beat_file, "--pidfile=", "-l", "warning"],
                {"PROCESS": "worker"},
            ),
        ]
        if "media" in get_commands():
            processes.insert(1, self._command("media", "media", PROCESS="media"))
        return processes

    def _web_command(self) -> list[str]:
        """Return the command line of the web process."""
        command = [sys.executable, "-m", "uvicorn", "shopfront.asgi:application"]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--lifespan", "off", "--no-access-log", "--log-level", "warning"]
        command += ["--ws-max-size", "65536", "--ws-ping-interval", "30"]
        command += ["--timeout-graceful-shutdown", "3", "--backlog", "4096"]
        if find_spec("shopfront.common.sockets"):
            command += ["--ws", "shopfront.common.sockets:RoomProtocol"]
        return command

    def _command(self, name: str, *arguments: str, **environment: str) -> Process:
        """Describe a process that is one of our own commands."""
        manage = str(Path(settings.BASE_DIR) / "manage.py")
        return Process(name, [sys.executable, manage, *arguments], environment)

    def _start_seeding(self) -> Process | None:
        """Start filling the shop beside the pages; a filled one is left alone."""
        if self.is_bare or "seed_demo" not in get_commands():
            return None
        seeding = self._command(
            "seed", "seed_demo", PROCESS="command", LOG_LEVEL="WARNING"
        )
        (self.logs / "seed.log").unlink(missing_ok=True)
        seeding.start(self.logs)
        return seeding

    def _wait_for_seed(self, seeding: Process | None, supervisor: Supervisor) -> None:
        """Wait for the demo content, showing its progress."""
        if seeding is None or seeding.popen is None:
            return
        log = self.logs / "seed.log"
        shown = 0
        try:
            while True:
                running = seeding.popen.poll() is None
                lines = log.read_text(errors="replace").splitlines()
                for line in lines[shown:]:
                    self.say(line)
                shown = len(lines)
                if not running:
                    break
                supervisor.restart_ended()
                time.sleep(0.3)
        finally:
            seeding.signal_group(signal.SIGTERM)
        if seeding.popen.returncode != 0:
            raise CommandError(f"The demo content could not be made; see {log}")

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
