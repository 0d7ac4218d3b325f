"""The demo's processes: started side by side, started again when they crash."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from shopfront.embedded.processes import die_with_parent

STOP_SECONDS = 12.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 15.0
CALM_SECONDS = 20.0  # a process that ran this long begins again with a short pause


@dataclass
class Process:
    """One long-running process of the shop, by its command line."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    popen: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    due_at: float | None = None

    def start(self, logs: Path) -> None:
        """Start the process in a session of its own, writing to its log.

        The kernel ends it with the calling thread: call from the main thread.
        """
        with (logs / f"{self.name}.log").open("ab") as log:
            self.popen = subprocess.Popen(  # noqa: S603 - our own commands
                self.command,
                env=os.environ | dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self.started_at = time.monotonic()
        self.due_at = None

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the process and all that it started."""
        if self.popen is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.popen.pid, number)

    def is_running(self) -> bool:
        """Tell whether the process lives; a zombie does not."""
        return self.popen is not None and self.popen.poll() is None


class Lines:
    """The whole lines that a growing log has gained since the last look."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._told = 0

    def read(self) -> list[str]:
        """Return the lines that are new; a log that is not there yet has none."""
        if not self.path.exists():
            return []
        text = self.path.read_text(errors="replace")
        whole = text[: text.rfind("\n") + 1]
        fresh, self._told = whole[self._told :], len(whole)
        return fresh.splitlines()


class Supervisor:
    """Keeps processes running until told to stop."""

    def __init__(self, logs: Path, on_progress: Callable[[str], None]) -> None:
        self.logs = logs
        self.processes: list[Process] = []
        self._progress = on_progress

    def start(self, process: Process) -> None:
        """Start a process and watch it from now on."""
        self.processes.append(process)
        process.start(self.logs)

    def restart_ended(self) -> None:
        """Start ended processes again, after a pause that grows with each crash."""
        now = time.monotonic()
        for process in self.processes:
            if process.is_running():
                continue
            if process.due_at is None:
                self._plan_restart(process, now)
            elif now >= process.due_at:
                process.start(self.logs)

    def _plan_restart(self, process: Process, now: float) -> None:
        """Choose when an ended process starts again, and say so."""
        process.signal_group(signal.SIGKILL)  # what it may have left behind
        if now - process.started_at > CALM_SECONDS:
            process.pause = FIRST_PAUSE
        process.due_at = now + process.pause
        code = process.popen.returncode if process.popen else None
        self._progress(
            f"{process.name} ended with {code}; again in {process.pause:.0f} s "
            f"(see {self.logs / process.name}.log)"
        )
        process.pause = min(process.pause * 2, LONGEST_PAUSE)

    def stop(self) -> None:
        """End all processes together, and what they started. Safe to repeat."""
        for process in self.processes:
            if process.popen is not None and process.is_running():
                process.popen.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.processes:
            if process.popen is None:
                continue
            with suppress(subprocess.TimeoutExpired):
                process.popen.wait(max(0.0, deadline - time.monotonic()))
            process.signal_group(signal.SIGKILL)
            process.popen.wait()
        self.processes.clear()
