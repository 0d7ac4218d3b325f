"""MP4 files out of an archive: joined and cut between segments, never re-encoded."""

import contextlib
import fcntl
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from livestreams.media.archive import CLOSED, INDEX, POSTER, STORED, Archive
from livestreams.media.ffmpeg import find_ffmpeg
from livestreams.media.segments import Segment, init_name, segment_name
from livestreams.media.stills import still_line

LOCK = "cutting.lock"
MOST_SECONDS = 120
QUIET = ("-hide_banner", "-loglevel", "error", "-nostdin", "-y")


class CuttingError(Exception):
    """No file can be made of these segments."""


class PictureChangedError(CuttingError):
    """The encoder changed its picture within what should be one file."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Segments one after another, and where they lie in the recording, in ms."""

    segments: tuple[Segment, ...]
    from_ms: int
    until_ms: int


def snap(segments: Sequence[Segment], from_ms: int, until_ms: int) -> Cut | None:
    """Move both ends of a range to the nearest end of a segment.

    A range shorter than a segment becomes one segment; None without any.
    """
    edges = [0.0]
    for segment in segments:
        edges.append(edges[-1] + segment.duration * 1000)
    if len(edges) < 2:
        return None
    first = min(range(len(edges) - 1), key=lambda at: abs(edges[at] - from_ms))
    last = min(range(first + 1, len(edges)), key=lambda at: abs(edges[at] - until_ms))
    chosen = tuple(segments[first:last])
    return Cut(chosen, round(edges[first]), round(edges[last]))


def list_runs(folder: Path, segments: Sequence[Segment]) -> list[list[Segment]]:
    """Group segments into stretches of one kind of picture, in their order.

    An encoder that comes back as it was begins a new epoch of the same kind.
    """
    runs: list[list[Segment]] = []
    inits: dict[int, bytes] = {}
    for segment in segments:
        if segment.epoch not in inits:
            inits[segment.epoch] = (folder / init_name(segment.epoch)).read_bytes()
        is_same = runs and inits[runs[-1][-1].epoch] == inits[segment.epoch]
        if is_same:
            runs[-1].append(segment)
        else:
            runs.append([segment])
    return runs


def write_mp4(folder: Path, segments: Sequence[Segment], target: Path) -> None:
    """Write segments as one MP4 that can be played while it loads.

    Raises:
        PictureChangedError: the segments have several kinds of picture.
        CuttingError: files are missing, or ffmpeg cannot read them.

    Safe to repeat: the file is there whole or not at all.
    """
    try:
        if len(list_runs(folder, segments)) != 1:
            raise PictureChangedError
        with (
            _turn(folder),
            tempfile.TemporaryDirectory(prefix="cut", dir=folder) as place,
        ):
            made = _join(folder, segments, Path(place))
            made.replace(target)
    except OSError as error:
        raise CuttingError(str(error)) from error


def write_still(folder: Path, segment: Segment, target: Path) -> None:
    """Write the first picture of a segment as JPEG.

    Raises:
        CuttingError: the segment cannot be read.
    """
    try:
        picture = run_ffmpeg(still_line(), _read(folder, [segment]))
        replace_file(target, picture)
    except OSError as error:
        raise CuttingError(str(error)) from error


def write_part(folder: Path, number: int) -> Path:
    """Return a recording's MP4 of one kind of picture, made on the first demand.

    Args:
        folder: the folder of a show that is over.
        number: which stretch, from 1.

    Raises:
        CuttingError: there is no such stretch.
    """
    target = folder / f"show{number}.mp4"
    if target.exists():
        return target
    runs = list_show_runs(folder)
    if not 1 <= number <= len(runs):
        raise CuttingError
    write_mp4(folder, runs[number - 1], target)
    return target


def list_show_runs(folder: Path) -> list[list[Segment]]:
    """Return the stretches of one kind of picture of a show that is over.

    Raises:
        CuttingError: it has no whole recording.
    """
    if not (folder / CLOSED).exists():
        raise CuttingError
    try:
        return list_runs(folder, Archive(folder).list_on_air())
    except OSError as error:
        raise CuttingError(str(error)) from error


def erase_recording(folder: Path) -> None:
    """Delete a show's recording; its clips and its last still stay.

    Safe to repeat: yes; the list goes first, so that a crash leaves no half replay.
    """
    for name in (CLOSED, INDEX, STORED):
        (folder / name).unlink(missing_ok=True)
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != POSTER and not path.name.startswith("clip_"):
            path.unlink(missing_ok=True)


def replace_file(target: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    half = target.with_name(f"{target.name}.half")
    half.write_bytes(content)
    half.replace(target)


def _join(folder: Path, segments: Sequence[Segment], place: Path) -> Path:
    """Copy each epoch, whose clock begins anew, and lay them end to end."""
    starts = [at for at, (a, b) in enumerate(pairwise(segments), 1) if _breaks(a, b)]
    bounds = [0, *starts, len(segments)]
    pieces = []
    for number, (first, last) in enumerate(pairwise(bounds)):
        piece = place / f"{number}.mp4"
        line = ["-f", "mp4", "-i", "pipe:0", "-map", "0", "-c", "copy"]
        data = _read(folder, segments[first:last])
        run_ffmpeg([find_ffmpeg(), *QUIET, *line, *_to(piece)], data)
        pieces.append(piece)
    if len(pieces) == 1:
        return pieces[0]
    names = place / "list.txt"
    names.write_text("".join(f"file '{piece.name}'\n" for piece in pieces))
    joined = place / "joined.mp4"
    line = ["-f", "concat", "-i", str(names), "-map", "0", "-c", "copy"]
    run_ffmpeg([find_ffmpeg(), *QUIET, *line, *_to(joined)], ())
    return joined


def _breaks(before: Segment, after: Segment) -> bool:
    return after.epoch != before.epoch or after.number != before.number + 1


def _to(path: Path) -> list[str]:
    return ["-movflags", "+faststart", str(path)]


def _read(folder: Path, segments: Sequence[Segment]) -> Iterator[bytes]:
    yield (folder / init_name(segments[0].epoch)).read_bytes()
    for segment in segments:
        yield (folder / segment_name(segment.number)).read_bytes()


def run_ffmpeg(line: Sequence[str], data: Iterator[bytes] | tuple[()]) -> bytes:
    """Run ffmpeg over bytes that never lie in memory as a whole.

    Raises:
        CuttingError: it cannot read them, or takes too long.
    """
    with tempfile.TemporaryFile() as source:
        for piece in data:
            source.write(piece)
        source.seek(0)
        try:
            done = subprocess.run(  # noqa: S603  our own line, no shell
                line,
                stdin=source,
                capture_output=True,
                timeout=MOST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CuttingError from error
    if done.returncode != 0:
        raise CuttingError(done.stderr.decode(errors="replace")[-200:])
    return done.stdout


@contextlib.contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Let one process at a time cut in a folder; a killed one leaves its place."""
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob("cut*/"):
            shutil.rmtree(left, ignore_errors=True)
        yield
