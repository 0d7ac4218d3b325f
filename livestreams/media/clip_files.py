"""Files of a clip, a creator's or one kept as evidence: a video and a still."""

from collections.abc import Sequence
from pathlib import Path

from livestreams.media.cutting import write_mp4, write_still
from livestreams.media.keeping import borrow_segments
from livestreams.media.segments import Segment
from livestreams.media.store import Store, StoreError

VIDEO, STILL = "mp4", "jpg"


def name_clip(public_id: str, ending: str) -> str:
    """Name a file of a clip."""
    return f"clip_{public_id}.{ending}"


def write_clip(
    folder: Path, public_id: str, segments: Sequence[Segment], store: Store | None
) -> int:
    """Write a clip's files beside its recording, or into the store where there is one.

    Returns the bytes of the video.

    Raises:
        CuttingError: a segment cannot be read, or the picture changes within them.
        StoreError: the segments are not there, or the store did not take the files.
    """
    with borrow_segments(folder, segments, store) as source:
        video, still = (source / name for name in _list_names(public_id))
        write_mp4(source, segments, video)
        write_still(source, segments[0], still)
        size = video.stat().st_size
        if store is not None:
            for path in (video, still):
                store.keep(folder.name, path)
                path.unlink()
    return size


def erase_clip_files(
    folder: Path, public_id: str, store: Store | None, *, is_stored: bool
) -> None:
    """Delete a clip's files wherever they lie. Safe to repeat: yes.

    Raises:
        StoreError: the store has them and did not delete them.
    """
    names = _list_names(public_id)
    if store is None and is_stored:
        raise StoreError("S3_BUCKET is not set, and the clip lies in a store.")
    if store is not None:
        store.erase(folder.name, names)
    for name in names:
        (folder / name).unlink(missing_ok=True)


def _list_names(public_id: str) -> list[str]:
    return [name_clip(public_id, ending) for ending in (VIDEO, STILL)]
