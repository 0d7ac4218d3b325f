"""Captions read out of real H.264: lines with moments, bounded, cheap to be without."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from livestreams.media.embedded import (
    MOST_SECONDS,
    MOST_WAITING_FRAMES,
    MOST_WAITING_LINES,
    EmbeddedCaptions,
    EmbeddedLine,
)
from livestreams.media.fmp4 import Fragment, Init, Timing
from livestreams.media.sei import MARK, CaptionBytes, read_captions, read_triplets
from tests.captions_lab import (
    EDM,
    FPS,
    PADDING,
    Pair,
    code,
    cut,
    make_picture,
    pop_on,
    put_captions,
    roll_up,
    write_sei,
)

ANCHOR = 1_000.0
WAIT = [PADDING] * 8
SAID = [*pop_on("Hello all"), *WAIT, *WAIT, *pop_on("Oak"), *WAIT, *code(EDM)]


@pytest.fixture(scope="module")
def frames() -> list[bytes]:
    return make_picture(seconds=3)


def read(init: Init, fragments: Sequence[Fragment]) -> list[EmbeddedLine]:
    """Return the last word on each line."""
    captions = EmbeddedCaptions()
    lines: dict[tuple[int, float], EmbeddedLine] = {}
    for fragment in fragments:
        captions.take(init, fragment, ANCHOR)
        for line in captions.take_lines():
            lines[line.channel, line.starts_at] = line
    return list(lines.values())


def frame(index: int) -> Any:
    return pytest.approx(ANCHOR + index / FPS, abs=0.001)


def test_lines_of_two_fields_get_the_moments_of_their_frames(
    frames: list[bytes],
) -> None:
    lines = read(*cut(put_captions(frames, SAID, pop_on("Bonjour"))))
    first = SAID.index(PADDING) - 2
    second = first + 16 + len(pop_on("Oak"))
    french = next(line for line in lines if line.channel == 3)
    assert french.text == "Bonjour"
    assert french.ends_at - french.starts_at == MOST_SECONDS
    assert [line for line in lines if line.channel == 1] == [
        EmbeddedLine(1, frame(first), frame(second), "Hello all"),
        EmbeddedLine(1, frame(second), frame(second + 10), "Oak"),
    ]


def test_frames_are_read_in_the_order_in_which_they_are_shown() -> None:
    frames = make_picture(seconds=3.05, frames_back=1)
    shown = [0] + [at for back in range(1, len(frames), 2) for at in (back + 1, back)]
    lines = read(*cut(put_captions(frames, SAID, shown=shown)))
    assert [line.text for line in lines] == ["Hello all", "Oak"]


def test_a_rolling_row_grows_and_the_next_begins_another_line(
    frames: list[bytes],
) -> None:
    init, fragments = cut(put_captions(frames, [*roll_up("First row"), *roll_up("2")]))
    assert [line.text for line in read(init, fragments)] == [
        "First row",
        "First row\n2",
    ]
    captions = EmbeddedCaptions()
    captions.take(init, fragments[0], ANCHOR)
    captions.take(init, fragments[1], ANCHOR)
    told = captions.take_lines()
    assert len(told) == 1, "the newest word on a line is enough"
    assert "First row".startswith(told[0].text)


def test_another_picture_ends_the_lines_of_the_one_before(
    frames: list[bytes],
) -> None:
    init, fragments = cut(put_captions(frames, pop_on("Hello")))
    captions = EmbeddedCaptions()
    for fragment in fragments:
        captions.take(init, fragment, ANCHOR)
    captions.take_lines()
    assert captions.take(replace(init), fragments[0], ANCHOR + 10)
    (line,) = captions.take_lines()
    assert line.text == "Hello"
    assert line.ends_at == ANCHOR + 10


def test_a_picture_without_captions_is_only_searched(frames: list[bytes]) -> None:
    init, fragments = cut(b"".join(frames))
    assert not any(MARK in fragment.data for fragment in fragments)
    assert read(init, fragments) == []
    broken = replace(init, data=b"", tracks={})
    assert read_captions(fragments[0].data, broken) == []


def test_cut_off_and_garbled_fragments_break_nothing(frames: list[bytes]) -> None:
    init, fragments = cut(put_captions(frames, SAID))
    dice = random.Random(608)
    data = fragments[0].data
    for _ in range(150):
        garbled = bytearray(data)
        for _ in range(dice.randrange(1, 40)):
            garbled[dice.randrange(len(garbled))] = dice.randrange(256)
        garbled[dice.randrange(len(data)) :] = MARK * dice.randrange(3)
        read_captions(bytes(garbled), init)
    for end in range(0, len(data), 97):
        read_captions(data[:end], init)


def test_triplets_that_are_cut_off_or_of_708_are_left_out() -> None:
    whole = bytes([0x44, 0xFF]) + b"\xfc\x80\x80\xfd\x94\x20\xfe\x01\x02\xf8\x01\x02"
    assert list(read_triplets(whole)) == [(0, 0x80, 0x80), (1, 0x94, 0x20)]
    assert list(read_triplets(whole[:7])) == [(0, 0x80, 0x80)]
    assert list(read_triplets(b"\x04\xff" + whole[2:])) == []
    assert list(read_triplets(b"")) == []
    assert MARK in write_sei([(0, 0x80, 0x80)])


def test_a_day_of_captions_keeps_no_more_than_a_minute_of_them(
    monkeypatch: pytest.MonkeyPatch, frames: list[bytes]
) -> None:
    init, _ = cut(b"".join(frames[:FPS]))
    captions = EmbeddedCaptions()
    dice = random.Random(24)
    sizes = []

    def say(pairs: Sequence[Pair], at: float, *, ahead: float = 0.0) -> None:
        step = 0.25 / max(1, len(pairs))
        found = [
            CaptionBytes(at + place * step + ahead, ((0, *pair),))
            for place, pair in enumerate(pairs)
        ]
        monkeypatch.setattr(
            "livestreams.media.embedded.read_captions", lambda *_: found
        )
        captions.take(init, Fragment(b"", Timing(at, 0.25, is_key=True)), ANCHOR)
        assert len(captions.lines) <= MOST_WAITING_LINES
        sizes.append(len(vars(captions)["_frames"]))

    for hour in range(24):
        for turn in range(20):
            at = hour * 3600.0 + turn
            say([*pop_on(f"{hour}:{turn}"), *code(EDM)], at)
            noise = [(dice.randrange(256), dice.randrange(256)) for _ in range(60)]
            say(noise, at + 0.25, ahead=9e9)  # moments that never come
    assert max(sizes) <= MOST_WAITING_FRAMES
    assert len(vars(captions)["_channels"]) <= 4
