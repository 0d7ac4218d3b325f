"""PostgreSQL and Valkey as supervised children."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self, TextIO

import psycopg
import redis
from psycopg import sql

from shopfront.embedded.errors import EnginesError
from shopfront.embedded.folders import (
    copy_binaries,
    link_runtime,
    lock_layout,
    make_folders,
    make_private,
    postgres_program,
    tail,
    valkey_program,
)
from shopfront.embedded.layout import Layout
from shopfront.embedded.processes import end_orphans, spawn

DATABASES = ("shopfront", "shopfront_sandbox")
READY_SECONDS = 120.0  # recovery after a crash may replay much of the log
STOP_SECONDS = 30.0

Progress = Callable[[str], None]


class _Engine:
    """One engine as a child process that dies with its parent."""

    name: ClassVar[str]
    program: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, layout: Layout, *, fast: bool) -> None:
        self.layout = layout
        self.log = layout.data / "logs" / f"{self.program}.log"
        self.fast = fast
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        """The engine's data folder, also its working folder."""
        raise NotImplementedError

    def command(self) -> Sequence[str | Path]:
        """Return the command line."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Make the data folder fit for a start, with no such engine running."""
        raise NotImplementedError

    def ping(self) -> None:
        """Ask something over a new connection, or raise."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the engine and wait until it answers.

        The kernel ties the child to the calling thread: call from a thread that
        lives as long as the engine shall.
        """
        end_orphans(self.folder, self.program, self.stop_signal)
        self.prepare()
        with self.log.open("ab") as log:
            self._process = spawn(
                self.command(), self.stop_signal, cwd=self.layout.runtime, output=log
            )
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                self.ping()
            except (psycopg.OperationalError, redis.RedisError) as fault:
                ended = self._process.poll() is not None
                if ended or time.monotonic() > deadline:
                    self.stop()
                    raise EnginesError(
                        f"{self.name} did not start; the end of {self.log}:\n"
                        f"{tail(self.log)}"
                    ) from fault
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Stop the engine cleanly and reap it. Safe to repeat."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(self.stop_signal)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def wait(self, seconds: float) -> bool:
        """Wait for the engine to end by itself and tell whether it did."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        return not self.is_running()

    def is_running(self) -> bool:
        """Tell whether the child lives; a zombie does not."""
        return self._process is not None and self._process.poll() is None


class Postgres(_Engine):
    """PostgreSQL on a socket only, with `app` as its owner."""

    name = "PostgreSQL"
    program = "postgres"
    stop_signal = signal.SIGINT  # fast shutdown: ends sessions, writes a checkpoint

    @property
    def folder(self) -> Path:
        """The cluster."""
        return self.layout.postgres_dir

    def command(self) -> Sequence[str | Path]:
        """Return the command line of the postmaster."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": self.layout.database_host,
            "max_connections": "200",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if self.fast:
            options |= dict.fromkeys(
                ("fsync", "synchronous_commit", "full_page_writes"), "off"
            )
        pairs = [part for key in options for part in ("-c", f"{key}={options[key]}")]
        return [postgres_program("postgres"), "-D", self.folder, *pairs]

    def prepare(self) -> None:
        """Create the cluster once; clear the pid file of a crashed one."""
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        if (self.folder / "PG_VERSION").exists():
            return
        unfinished = self.folder.with_name("postgres.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        make_private(unfinished)
        options = "-A trust --encoding=UTF8 --locale=C --locale-provider=builtin"
        options += " --builtin-locale=C.UTF-8 --no-instructions --no-sync"
        initdb, user = postgres_program("initdb"), self.layout.database_user
        with self.log.open("ab") as log:
            process = spawn(
                [initdb, "-D", unfinished, "-U", user, *options.split()],
                signal.SIGKILL,
                cwd=self.layout.runtime,
                output=log,
            )
        if process.wait() != 0:
            raise EnginesError(f"initdb failed; see {self.log}:\n{tail(self.log)}")
        shutil.rmtree(self.folder, ignore_errors=True)
        unfinished.rename(self.folder)

    def ping(self) -> None:
        """Run one query."""
        with self.connect() as connection:
            connection.execute("SELECT 1")

    def connect(self) -> psycopg.Connection[Any]:
        """Open a connection to the maintenance database."""
        return psycopg.connect(
            host=self.layout.database_host,
            user=self.layout.database_user,
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    def create_databases(self) -> None:
        """Create the shop's databases where they are missing."""
        with self.connect() as connection:
            rows = connection.execute("SELECT datname FROM pg_database").fetchall()
            present = {row[0] for row in rows}
            for name in DATABASES:
                if name not in present:
                    statement = sql.SQL("CREATE DATABASE {}")
                    connection.execute(statement.format(sql.Identifier(name)))


class Valkey(_Engine):
    """Valkey on a socket only, with its writes kept in an append-only file."""

    name = "Valkey"
    program = "valkey-server"
    stop_signal = signal.SIGTERM

    @property
    def folder(self) -> Path:
        """The folder of the append-only file."""
        return self.layout.valkey_dir

    def command(self) -> Sequence[str | Path]:
        """Return the command line of the server."""
        options = {
            "port": "0",
            "unixsocket": str(self.layout.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "no" if self.fast else "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
            "databases": "64",
            "loglevel": "warning",
        }
        pairs = [part for key in options for part in (f"--{key}", options[key])]
        return [valkey_program(), *pairs]

    def prepare(self) -> None:
        """Clear the socket of a crashed server."""
        make_private(self.folder)
        self.layout.valkey_socket.unlink(missing_ok=True)

    def ping(self) -> None:
        """Send PING."""
        client = redis.Redis(
            unix_socket_path=str(self.layout.valkey_socket), socket_timeout=5
        )
        try:
            client.ping()
        finally:
            client.close()


class Engines:
    """Both engines of one data folder, supervised by this process alone."""

    def __init__(
        self,
        layout: Layout,
        *,
        on_progress: Progress | None = None,
        fast: bool = False,
        wait_seconds: float = 0,
    ) -> None:
        """Name the engines of a layout.

        `fast` gives up safety against a crash of the machine, for tests;
        `wait_seconds` is how long `start` waits for another supervisor to end.
        """
        self.layout = layout
        self._progress = on_progress or (lambda _: None)
        self._wait_seconds = wait_seconds
        self._lock: TextIO | None = None
        self.postgres = Postgres(layout, fast=fast)
        self.valkey = Valkey(layout, fast=fast)

    def start(self) -> None:
        """Start both engines and create the shop's databases where missing.

        Raises:
            EnginesBusyError: Another process supervises this data folder.
            EnginesError: An engine did not come up.
        """
        make_folders(self.layout)
        self._lock = lock_layout(self.layout, self._wait_seconds, self._progress)
        try:
            link_runtime(self.layout)
            copy_binaries(self._progress)
            self._progress("Starting PostgreSQL")
            self.postgres.start()
            self.postgres.create_databases()
            self._progress("Starting Valkey")
            self.valkey.start()
        except BaseException:
            self.stop()
            raise

    def revive(self) -> None:
        """Start again whichever engine has ended by itself."""
        for engine in (self.postgres, self.valkey):
            if not engine.is_running():
                self._progress(f"{engine.name} ended; starting it again")
                engine.start()

    def stop(self) -> None:
        """Stop both engines and let others supervise them. Safe to repeat."""
        self.valkey.stop()
        self.postgres.stop()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def is_alive(self) -> bool:
        """Tell whether both engines answer over a new connection."""
        try:
            self.postgres.ping()
            self.valkey.ping()
        except (psycopg.OperationalError, redis.RedisError):
            return False
        return self.postgres.is_running() and self.valkey.is_running()

    def __enter__(self) -> Self:
        """Start the engines."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the engines."""
        self.stop()
