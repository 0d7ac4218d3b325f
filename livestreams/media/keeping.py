"""A closed recording's way into the store, and what is needed of it on its way back.

The folder keeps the index, so that lists are written and clips planned from it; the
segments leave it once the store has them all.
"""

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from livestreams.media.archive import CLOSED, INDEX, POSTER, STORED, Archive
from livestreams.media.cutting import list_show_runs, write_part
from livestreams.media.segments import Segment, init_name, segment_name
from livestreams.media.store import Store, StoreError

ATTENDANTS = (INDEX, CLOSED, POSTER)
"""Small files that stay in the folder and lie in the store as well."""


def move_to_store(folder: Path, store: Store) -> None:
    """Put a closed recording into the store and free the folder of it.

    Nothing is deleted here before the store lists every file with its size; each file
    was checked by the store against its checksum as it came. The whole show goes along
    as MP4, so that nobody has to fetch it back for a download.

    Raises:
        CuttingError: the recording is not whole, or cannot be read.
        StoreError: the store did not take it all, or lacks what is gone here.

    Safe to repeat: a run that was killed anywhere is taken up where it ended.
    """
    archive = Archive(folder)
    needed = _name_pieces(archive.list_on_air())
    if not archive.is_stored:
        parts = _make_parts(folder)
        named = [*needed, *parts, *_list_attendants(folder)]
        _send(folder, store, named)
        archive.mark_stored(parts=len(parts))
    _send(folder, store, [STORED])
    held = store.list_sizes(folder.name)
    missing = [name for name in needed if name not in held]
    if missing:
        raise StoreError(f"{missing[0]} is not in the store.")
    free_folder(folder)


def free_folder(folder: Path) -> None:
    """Delete the segments and MP4s of a recording that the store has."""
    for pattern in ("seg*.m4s", "init*.mp4", "show*.mp4"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def fetch_index(folder: Path, store: Store) -> bool:
    """Bring the small files of a recording to a machine without them.

    Returns whether the recording is in the store. The index of a recording comes last,
    so that it is there whole or not at all.
    """
    held = store.list_sizes(folder.name)
    if STORED not in held:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    extras = [name for name in held if name.startswith("seek")]
    for name in (POSTER, *extras, INDEX, STORED, CLOSED):
        if name in held and not (folder / name).exists():
            store.fetch(folder.name, name, folder / name)
    return True


@contextlib.contextmanager
def borrow_segments(
    folder: Path, segments: Sequence[Segment], store: Store | None
) -> Iterator[Path]:
    """Give a folder that has the files of segments, for as long as they are needed.

    It is the show's own while they lie there, else one that is made and deleted.

    Raises:
        StoreError: they are not in the store either.
    """
    names = _name_pieces(segments)
    missing = [name for name in names if not (folder / name).exists()]
    if store is None or not missing:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="borrowed") as made:
        place = Path(made)
        for name in names:
            store.fetch(folder.name, name, place / name)
        yield place


def _name_pieces(segments: Iterable[Segment]) -> list[str]:
    """Name the files that segments need, each once."""
    pieces: dict[str, None] = {}
    for segment in segments:
        pieces[init_name(segment.epoch)] = None
        pieces[segment_name(segment.number)] = None
    return list(pieces)


def _make_parts(folder: Path) -> list[str]:
    runs = list_show_runs(folder)
    return [write_part(folder, number).name for number in range(1, len(runs) + 1)]


def _list_attendants(folder: Path) -> list[str]:
    seek = sorted(path.name for path in folder.glob("seek*"))
    return [name for name in (*ATTENDANTS, *seek) if (folder / name).exists()]


def _send(folder: Path, store: Store, names: Sequence[str]) -> None:
    """Put what the store lacks there, and see that it lists it all by size."""
    held = store.list_sizes(folder.name)
    sizes = {name: _size(folder / name) for name in names}
    for name, size in sizes.items():
        if size is not None and held.get(name) != size:
            store.keep(folder.name, folder / name)
    held = store.list_sizes(folder.name)
    for name, size in sizes.items():
        if name not in held or size not in {None, held[name]}:
            raise StoreError(f"{name} did not arrive in the store.")


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
