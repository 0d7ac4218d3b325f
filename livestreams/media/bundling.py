"""One ZIP file out of many: written piece by piece, whole or not at all."""

import contextlib
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from livestreams.media.archive import Archive
from livestreams.media.cutting import (
    CuttingError,
    list_show_runs,
    write_part,
)
from livestreams.media.keeping import fetch_index
from livestreams.media.store import Store

BUNDLE = "takealong.zip"
CHUNK_BYTES = 1024 * 1024


class Bundle:
    """A ZIP file under way; videos are laid in as they are, texts compressed.

    Never more than one chunk of a file is in memory.
    """

    def __init__(self, folder: Path, attempt: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._half = folder / f"{BUNDLE}.{attempt}.half"
        self._zip = zipfile.ZipFile(self._half, "w", zipfile.ZIP_STORED)

    def add_text(self, name: str, lines: Iterable[str]) -> None:
        """Write a text of any length, in UTF-8."""
        info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._zip.open(info, "w", force_zip64=True) as target:
            for line in lines:
                target.write(line.encode())

    def add_chunks(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write a file that comes in chunks."""
        info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
        with self._zip.open(info, "w", force_zip64=True) as target:
            for chunk in chunks:
                target.write(chunk)

    def finish(self) -> Path:
        """Close the file and put it where it is fetched; return its path."""
        self._zip.close()
        return self._half.replace(self._folder / BUNDLE)

    def drop(self) -> None:
        """Delete what was written so far. Safe to repeat: yes."""
        with contextlib.suppress(OSError, ValueError):
            self._zip.close()
        self._half.unlink(missing_ok=True)


def count_parts(folder: Path, store: Store | None) -> int:
    """Return how many MP4s a recording is: one for each kind of its picture.

    Raises:
        CuttingError: it is not whole, or cannot be read.
        StoreError: it is in the store, which does not answer.
    """
    if store is not None and fetch_index(folder, store):
        return Archive(folder).count_stored_parts()
    return len(list_show_runs(folder))


@contextlib.contextmanager
def open_part(
    folder: Path, number: int, store: Store | None
) -> Iterator[Iterator[bytes]]:
    """Give one MP4 of a recording in chunks; what is made for it is deleted again.

    Raises:
        CuttingError: it cannot be made.
        StoreError: it is in the store, which does not give it.
    """
    name = f"show{number}.mp4"
    target = folder / name
    is_lasting = target.exists()
    if not is_lasting and store is not None and Archive(folder).is_stored:
        yield store.read(folder.name, name).chunks
        return
    path = write_part(folder, number)
    try:
        yield _read(path)
    finally:
        if not is_lasting:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def open_clip(
    folder: Path, name: str, store: Store | None
) -> Iterator[Iterator[bytes]]:
    """Give a clip's MP4 in chunks.

    Raises:
        CuttingError: its file is gone.
        StoreError: it is in the store, which does not give it.
    """
    path = folder / name
    if path.exists():
        yield _read(path)
    elif store is not None:
        yield store.read(folder.name, name).chunks
    else:
        raise CuttingError


def drop_bundle(folder: Path) -> None:
    """Delete a bundle's folder. Safe to repeat: yes."""
    shutil.rmtree(folder, ignore_errors=True)


def erase_stored(show: str, store: Store) -> None:
    """Delete a bundle out of the store.

    Raises:
        StoreError: it is left there.

    Safe to repeat: yes.
    """
    if BUNDLE in store.list_sizes(show):
        store.erase(show, [BUNDLE])


def _read(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as source:
            while chunk := source.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise CuttingError(str(error)) from error
