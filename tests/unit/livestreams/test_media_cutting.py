"""Where cuts lie, and files that hold exactly what was cut."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from livestreams.media.archive import Archive
from livestreams.media.cutting import (
    CuttingError,
    PictureChangedError,
    erase_recording,
    list_runs,
    list_show_runs,
    snap,
    write_mp4,
    write_part,
    write_still,
)
from livestreams.media.ffmpeg import find_ffmpeg
from livestreams.media.offline import record_file
from livestreams.media.segments import Segment, init_name, segment_name


def make_segments(*durations: float, epoch: int = 0, first: int = 0) -> list[Segment]:
    return [
        Segment(first + at, epoch, 1000.0 + at, duration, 10, is_whole=True)
        for at, duration in enumerate(durations)
    ]


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make two short videos of different sizes, a key frame each second."""
    folder = tmp_path_factory.mktemp("videos")
    made = {}
    for name, size in (("small", "90x160"), ("large", "180x320")):
        made[name] = folder / f"{name}.mp4"
        line = [find_ffmpeg(), "-loglevel", "error", "-f", "lavfi"]
        line += ["-i", f"testsrc2=size={size}:rate=10:duration=8", "-g", "10"]
        line += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
        subprocess.run([*line, str(made[name])], check=True)
    return made


def record(folder: Path, *files: Path) -> Archive:
    """Record files one after another, each as an epoch of its own."""
    archive = Archive(folder)
    for file in files:
        asyncio.run(record_file(file, archive, starts_at=1_800_000_000.0))
        archive.reopen()
    archive.live_since = None
    archive.close()
    return archive


def length_of(video: Path) -> float:
    """Return what ffmpeg decodes of a file, in seconds at ten frames a second."""
    line = [find_ffmpeg(), "-v", "error", "-i", str(video), "-f", "null"]
    line += ["-progress", "pipe:1", "-"]
    told = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    frames = [row[6:] for row in told.splitlines() if row.startswith("frame=")]
    return int(frames[-1]) / 10


def test_a_cut_moves_to_the_nearest_ends_of_segments() -> None:
    segments = make_segments(2.0, 2.0, 2.0, 2.0)
    cut = snap(segments, 2_900, 6_800)
    assert cut is not None
    assert [s.number for s in cut.segments] == [1, 2]
    assert (cut.from_ms, cut.until_ms) == (2_000, 6_000)


def test_a_cut_is_never_empty_and_never_beyond_the_end() -> None:
    segments = make_segments(2.0, 2.0)
    short = snap(segments, 3_900, 3_950)
    assert short is not None
    assert (short.from_ms, short.until_ms) == (2_000, 4_000)
    far = snap(segments, 90_000, 95_000)
    assert far is not None
    assert far.until_ms == 4_000
    assert snap([], 0, 1000) is None


def test_time_in_the_recording_runs_on_over_a_lost_picture() -> None:
    before = make_segments(2.0, 2.0)
    after = make_segments(2.0, 2.0, epoch=1, first=2)
    cut = snap([*before, *after], 3_000, 8_000)
    assert cut is not None
    assert {s.epoch for s in cut.segments} == {0, 1}


def test_an_encoder_that_comes_back_as_it_was_makes_one_run(tmp_path: Path) -> None:
    for epoch, data in ((0, b"same"), (1, b"same"), (2, b"other")):
        (tmp_path / init_name(epoch)).write_bytes(data)
    segments = make_segments(2.0) + make_segments(2.0, epoch=1, first=1)
    segments += make_segments(2.0, epoch=2, first=2)
    runs = list_runs(tmp_path, segments)
    assert [[s.epoch for s in run] for run in runs] == [[0, 1], [2]]


def test_a_clip_file_is_as_long_as_the_cut_says(
    tmp_path: Path, videos: dict[str, Path]
) -> None:
    archive = record(tmp_path / "show", videos["small"])
    cut = snap(archive.segments, 2_000, 5_000)
    assert cut is not None
    target = archive.folder / "clip_a.mp4"
    write_mp4(archive.folder, cut.segments, target)
    said = (cut.until_ms - cut.from_ms) / 1000
    assert length_of(target) == pytest.approx(said, abs=0.15)
    write_still(archive.folder, cut.segments[0], archive.folder / "clip_a.jpg")
    assert (archive.folder / "clip_a.jpg").read_bytes()[:2] == b"\xff\xd8"
    assert not list(archive.folder.glob("cut*/"))


def test_epochs_of_one_kind_are_joined_end_to_end(
    tmp_path: Path, videos: dict[str, Path]
) -> None:
    archive = record(tmp_path / "show", videos["small"], videos["small"])
    whole = write_part(archive.folder, 1)
    assert length_of(whole) == pytest.approx(16.0, abs=0.3)
    with pytest.raises(CuttingError):
        write_part(archive.folder, 2)


def test_another_picture_begins_another_part(
    tmp_path: Path, videos: dict[str, Path]
) -> None:
    archive = record(tmp_path / "show", videos["small"], videos["large"])
    assert len(list_show_runs(archive.folder)) == 2
    with pytest.raises(PictureChangedError):
        write_mp4(archive.folder, archive.segments, tmp_path / "none.mp4")
    assert not (tmp_path / "none.mp4").exists()
    assert length_of(write_part(archive.folder, 2)) == pytest.approx(8.0, abs=0.15)


def test_what_a_killed_cut_left_is_swept_by_the_next(
    tmp_path: Path, videos: dict[str, Path]
) -> None:
    archive = record(tmp_path / "show", videos["small"])
    left = archive.folder / "cutleft"
    left.mkdir()
    (left / "0.mp4").write_bytes(b"half")
    write_part(archive.folder, 1)
    assert not left.exists()


def test_missing_files_make_no_file(tmp_path: Path, videos: dict[str, Path]) -> None:
    archive = record(tmp_path / "show", videos["small"])
    (archive.folder / segment_name(archive.segments[1].number)).unlink()
    with pytest.raises(CuttingError):
        write_mp4(archive.folder, archive.segments, archive.folder / "show1.mp4")
    assert not (archive.folder / "show1.mp4").exists()


def test_a_show_that_is_not_over_has_no_file(tmp_path: Path) -> None:
    with pytest.raises(CuttingError):
        write_part(tmp_path, 1)


def test_erasing_leaves_clips_and_the_last_still(
    tmp_path: Path, videos: dict[str, Path]
) -> None:
    archive = record(tmp_path / "show", videos["small"])
    (archive.folder / "clip_a.mp4").write_bytes(b"clip")
    write_part(archive.folder, 1)
    erase_recording(archive.folder)
    erase_recording(archive.folder)
    left = {path.name for path in archive.folder.iterdir()}
    assert left == {"clip_a.mp4", "poster.jpg"}
    erase_recording(tmp_path / "never")
