"""The meter reads a picture's health off its fragments."""

from dataclasses import replace

import pytest

from livestreams.media.fmp4 import Fragment, Init, Timing, Track
from livestreams.media.meter import Health, Meter

QUARTER = 0.25
INIT = Init(
    b"",
    {
        1: Track(b"vide", 12_288, width=720, height=1280),
        2: Track(b"soun", 48_000),
    },
    "avc1,mp4a",
)
GOOD = Timing(
    0.0,
    QUARTER,
    is_key=False,
    frames=6,
    longest_frame=QUARTER / 6,
    sound_bytes=4_000,
    moving_bytes=40_000,
)


class Wall:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def feed(meter: Meter, wall: Wall, timings: list[Timing], *, pace: float = 1) -> None:
    for place, timing in enumerate(timings):
        wall.now += QUARTER * pace
        stamped = replace(timing, start=place * QUARTER, is_key=place % 4 == 0)
        meter.add(Fragment(bytes(60_000), stamped))


def measure(timings: list[Timing], *, pace: float = 1, init: Init = INIT) -> Health:
    wall = Wall()
    meter = Meter(wall)
    meter.start(init)
    feed(meter, wall, timings, pace=pace)
    health = meter.read()
    assert health is not None
    return health


def test_a_good_picture_reads_as_it_is() -> None:
    assert measure([GOOD] * 60) == Health(
        width=720,
        height=1280,
        kbits=1_920,
        frames=24.0,
        missing=0.0,
        key_seconds=1.0,
        behind=0.0,
        has_sound=True,
        is_silent=False,
        is_still=False,
    )


def test_nothing_is_said_before_three_seconds_or_after_a_new_start() -> None:
    wall = Wall()
    meter = Meter(wall)
    meter.start(INIT)
    feed(meter, wall, [GOOD] * 11)
    assert meter.read() is None
    feed(meter, wall, [GOOD] * 2)
    assert meter.read() is not None
    meter.start(INIT)
    assert meter.read() is None
    meter.add(Fragment(b"sound alone", None))
    assert meter.read() is None


def test_a_picture_that_comes_slower_than_it_lasts_is_behind() -> None:
    assert measure([GOOD] * 40, pace=1.2).behind == pytest.approx(1.9, abs=0.1)


@pytest.mark.parametrize(
    ("frames", "longest", "missing"),
    [(6, QUARTER / 6, 0.0), (5, QUARTER / 3, 0.017), (4, QUARTER / 2, 0.033)],
)
def test_a_frame_that_lasts_too_long_stands_for_those_that_never_came(
    frames: int, longest: float, missing: float
) -> None:
    holed = replace(GOOD, frames=frames, longest_frame=longest)
    timings = [holed if place % 10 == 5 and frames < 6 else GOOD for place in range(40)]
    assert measure(timings).missing == missing


def test_sound_that_packs_to_nothing_is_silent_and_none_is_none() -> None:
    hushed = measure([replace(GOOD, sound_bytes=70)] * 40)
    assert hushed.has_sound
    assert hushed.is_silent
    deaf = measure([GOOD] * 40, init=replace(INIT, tracks={1: INIT.tracks[1]}))
    assert not deaf.has_sound
    assert not deaf.is_silent


def test_a_picture_in_which_nothing_changes_is_still() -> None:
    hung = replace(GOOD, moving_bytes=300)
    assert measure([hung] * 40).is_still
    stirring = [hung if place % 2 else GOOD for place in range(40)]
    assert not measure([*stirring, GOOD]).is_still


def test_far_key_frames_are_told() -> None:
    wall = Wall()
    meter = Meter(wall)
    meter.start(INIT)
    for place in range(60):
        wall.now += QUARTER
        timing = replace(GOOD, start=place * QUARTER, is_key=place % 16 == 0)
        meter.add(Fragment(bytes(100), timing))
    health = meter.read()
    assert health is not None
    assert health.key_seconds == 4.0
