"""Seek pictures: which moments get one, and where each lies on its sheet."""

import re
from pathlib import Path

import pytest
from PIL import Image

from livestreams.media import seeking
from livestreams.media.archive import Archive
from livestreams.media.cutting import CuttingError
from livestreams.media.seeking import choose_segments, write_seek_pictures
from livestreams.media.segments import Segment
from tests.media_lab import record_show

CUE = re.compile(
    r"00:00:(\d\d\.\d{3}) --> 00:00:(\d\d\.\d{3})\n"
    r"(seek\d\.jpg)#xywh=(\d+),(\d+),(\d+),(\d+)"
)


def make_segments(count: int) -> list[Segment]:
    return [Segment(n, 0, 0.0, 2.0, 10, is_whole=True) for n in range(count)]


def test_a_short_show_gets_a_picture_every_few_seconds() -> None:
    starts = [at for at, _segment in choose_segments(make_segments(10))]
    assert starts == [0.0, 6.0, 12.0, 18.0]


def test_a_show_of_hours_gets_no_more_than_its_sheets_hold() -> None:
    chosen = choose_segments(make_segments(7200))
    assert len(chosen) <= seeking.MOST_PICTURES
    assert chosen[-1][0] > 14_000


def test_pictures_lie_where_the_list_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeking, "LEAST_SECONDS", 1.0)
    monkeypatch.setattr(seeking, "COLUMNS", 2)
    monkeypatch.setattr(seeking, "PER_SHEET", 4)
    folder = record_show(tmp_path / "show00000001").folder
    assert write_seek_pictures(folder) == 6
    cues = CUE.findall((folder / "seek.vtt").read_text())
    assert [float(cue[0]) for cue in cues] == [0, 1, 2, 3, 4, 5]
    assert float(cues[-1][1]) == pytest.approx(6, abs=0.1)
    assert [cue[2] for cue in cues] == ["seek0.jpg"] * 4 + ["seek1.jpg"] * 2
    assert cues[3][3:] == ("90", "160", "90", "160")
    looks = set()
    for _start, _until, sheet, x, y, width, height in cues:
        with Image.open(folder / sheet) as whole:
            place = (int(x), int(y), int(x) + int(width), int(y) + int(height))
            looks.add(whole.crop(place).tobytes())
    assert len(looks) == 6


def test_a_recording_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    folder = record_show(tmp_path / "show00000001").folder
    (folder / "init0.mp4").write_bytes(b"no box")
    with pytest.raises(CuttingError):
        write_seek_pictures(folder)
    Archive(folder)
    assert not (folder / "seek.vtt").exists()
