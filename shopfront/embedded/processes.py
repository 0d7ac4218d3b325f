"""Children that die with their parent, and what a killed parent left behind."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from shopfront.embedded.errors import EnginesError
from shopfront.embedded.layout import is_root

ORPHAN_SECONDS = 60.0
_PR_SET_PDEATHSIG = 1
_PROCESSES = Path("/proc")


def engine_owner() -> pwd.struct_passwd:
    """Return the user that engines run as when root starts them."""
    return pwd.getpwnam("nobody")


def spawn(
    command: Sequence[str | Path],
    death_signal: signal.Signals,
    *,
    cwd: Path,
    output: IO[bytes],
) -> subprocess.Popen[bytes]:
    """Start an engine's program in a session of its own, so Ctrl-C misses it."""
    owner = engine_owner() if is_root() else None
    return subprocess.Popen(  # noqa: S603 - our own binaries
        command,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
        preexec_fn=die_with_parent(death_signal),
    )


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """Return what a child runs before its program, to be ended with its parent.

    Linux only: elsewhere an engine outlives a killed parent.
    """
    parent = os.getpid()
    library = ctypes.CDLL(None) if sys.platform == "linux" else None

    def arrange() -> None:
        if library is not None:
            library.prctl(_PR_SET_PDEATHSIG, int(death_signal))
            if os.getppid() != parent:
                os._exit(1)

    return arrange


def end_orphans(folder: Path, program: str, stop_signal: signal.Signals) -> None:
    """Wait for processes that a killed parent left at work in a data folder.

    The kernel has sent them their signal already; a lost one is sent again.

    Raises:
        EnginesError: They do not end.
    """
    deadline = time.monotonic() + ORPHAN_SECONDS
    signalled: set[int] = set()
    while orphans := _processes_in(folder, program):
        if time.monotonic() > deadline:
            names = ", ".join(map(str, sorted(orphans)))
            raise EnginesError(
                f"Processes {names} still work in {folder}: end them, then try again."
            )
        for process in orphans - signalled:
            _send(process, stop_signal)
        signalled |= orphans
        time.sleep(0.02)


def _processes_in(folder: Path, program: str) -> set[int]:
    """Find the processes of a program that work in a folder; engines enter theirs."""
    found = set()
    place = folder.resolve()
    for entry in _PROCESSES.glob("[0-9]*"):
        try:
            if (entry / "comm").read_text().strip() != program:
                continue
            if (entry / "cwd").readlink() == place:
                found.add(int(entry.name))
        except OSError:
            continue  # it ended meanwhile, or is another user's
    return found


def _send(process: int, stop_signal: signal.Signals) -> None:
    """Signal a process that may have ended."""
    try:
        os.kill(process, stop_signal)
    except ProcessLookupError:
        return
