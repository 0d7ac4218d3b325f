"""What is on disk of a show: init segments, segments, an index that a crash keeps."""

import contextlib
import json
from pathlib import Path

from livestreams.media.hooks import RecordingFacts
from livestreams.media.segments import Segment, init_name, segment_name

INDEX = "index.jsonl"
CLOSED = "closed.json"
POSTER = "poster.jpg"
STORED = "stored.json"  # the segments lie in the store; written once they all do
COMPACT_AFTER = 500  # lines of segments that have been deleted


class Archive:
    """The folder of one show; opened again after a crash it goes on counting."""

    def __init__(self, folder: Path, *, keep_seconds: float | None = None) -> None:
        self.folder = folder
        self.keep_seconds = keep_seconds
        self.segments: list[Segment] = []
        self.live_since: float | None = None
        self.is_failing = False
        self.is_halted = False
        self._deleted = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._load()

    @property
    def poster(self) -> Path:
        """Where the latest still lies."""
        return self.folder / POSTER

    @property
    def is_losing(self) -> bool:
        """Whether what is broadcast now is not recorded."""
        return self.is_halted or self.is_failing

    @property
    def next_number(self) -> int:
        """The number of the next segment: never one that was used."""
        return self.segments[-1].number + 1 if self.segments else 0

    @property
    def next_epoch(self) -> int:
        """The number of the next epoch."""
        return self.segments[-1].epoch + 1 if self.segments else 0

    def write_init(self, epoch: int, data: bytes) -> None:
        """Keep the init segment of an epoch."""
        self._write(init_name(epoch), data)

    def write_segment(self, segment: Segment) -> bool:
        """Keep a whole segment and name it in the index; whether it was kept.

        A full disk loses the recording of this segment, never the broadcast.
        """
        if self.is_halted:
            return False
        data = b"".join(part.data for part in segment.parts)
        if not self._write(segment_name(segment.number), data):
            return False
        kept = Segment(
            segment.number,
            segment.epoch,
            segment.starts_at,
            segment.duration,
            segment.bytes_count,
            is_whole=True,
        )
        self.segments.append(kept)
        self._append(kept)
        self._prune()
        return True

    def keep_poster(self, picture: bytes) -> None:
        """Keep the newest still."""
        self._write(POSTER, picture)

    def list_on_air(self) -> list[Segment]:
        """List what was recorded since the show went on air."""
        since = self.live_since
        if since is None:
            return list(self.segments)
        return [s for s in self.segments if s.starts_at + s.duration > since]

    def close(self) -> RecordingFacts:
        """Say that the recording is whole, and how long it is."""
        self._write(CLOSED, json.dumps({"live_since": self.live_since}).encode())
        shown = self.list_on_air()
        return RecordingFacts(
            seconds=sum(s.duration for s in shown),
            bytes_count=sum(s.bytes_count for s in shown),
        )

    @property
    def is_closed(self) -> bool:
        """Whether the recording is whole."""
        return (self.folder / CLOSED).exists()

    @property
    def is_stored(self) -> bool:
        """Whether the segments lie in the store."""
        return (self.folder / STORED).exists()

    def mark_stored(self, *, parts: int) -> None:
        """Say that the store has every segment, and the recording as so many MP4s."""
        half = self.folder / f"{STORED}.half"
        half.write_text(json.dumps({"parts": parts}), encoding="ascii")
        half.replace(self.folder / STORED)

    def count_stored_parts(self) -> int:
        """Return how many MP4s the store has of the recording."""
        try:
            known = json.loads((self.folder / STORED).read_bytes())
            return int(known["parts"])
        except (OSError, ValueError, KeyError):
            return 0

    def reopen(self) -> None:
        """Go on recording after all."""
        with contextlib.suppress(OSError):
            (self.folder / CLOSED).unlink(missing_ok=True)

    def _write(self, name: str, data: bytes) -> bool:
        half = self.folder / f"{name}.half"
        try:
            half.write_bytes(data)
            half.replace(self.folder / name)
        except OSError:
            self.is_failing = True
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
            return False
        self.is_failing = False
        return True

    def _append(self, segment: Segment) -> None:
        with (
            contextlib.suppress(OSError),
            (self.folder / INDEX).open("a", encoding="ascii") as index,
        ):
            index.write(_line(segment))

    def _prune(self) -> None:
        if self.keep_seconds is None:
            return
        last = self.segments[-1]
        oldest = last.starts_at + last.duration - self.keep_seconds
        while self.segments and self.segments[0].starts_at < oldest:
            gone = self.segments.pop(0)
            with contextlib.suppress(OSError):
                (self.folder / segment_name(gone.number)).unlink(missing_ok=True)
                if self.segments and self.segments[0].epoch != gone.epoch:
                    (self.folder / init_name(gone.epoch)).unlink(missing_ok=True)
            self._deleted += 1
        if self._deleted >= COMPACT_AFTER:
            self._compact()

    def _compact(self) -> None:
        self._write(INDEX, "".join(map(_line, self.segments)).encode("ascii"))
        self._deleted = 0

    def _load(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            known = json.loads((self.folder / CLOSED).read_bytes())
            self.live_since = known.get("live_since")
        index = self.folder / INDEX
        if not index.exists():
            return
        lines = index.read_text(encoding="ascii", errors="replace").splitlines()
        read = [segment for line in lines if (segment := _read(line)) is not None]
        self._drop_halves()
        if self.is_stored:
            self.segments = read
            return
        names = {path.name for path in self.folder.iterdir()}
        self.segments = [s for s in read if segment_name(s.number) in names]
        if len(self.segments) < len(lines):
            self._compact()

    def _drop_halves(self) -> None:
        """Delete what a killed gateway was writing; a clip's files are not ours."""
        for half in [*self.folder.glob("seg*.half"), *self.folder.glob("init*.half")]:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)


def _line(segment: Segment) -> str:
    fields = [
        segment.number,
        segment.epoch,
        round(segment.starts_at, 3),
        round(segment.duration, 6),
        segment.bytes_count,
    ]
    return json.dumps(fields) + "\n"


def _read(line: str) -> Segment | None:
    """Read a line of the index; one that a crash cut off counts as none."""
    try:
        number, epoch, starts_at, duration, size = json.loads(line)
        return Segment(
            int(number),
            int(epoch),
            float(starts_at),
            float(duration),
            int(size),
            is_whole=True,
        )
    except (ValueError, TypeError):
        return None
