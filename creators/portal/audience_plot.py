"""The plot of an audience with its pins: laid out on the server, drawn as SVG."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from livestreams.selectors.curves import AudienceCurve, CurvePin, CurvePoint

WIDTH = 600
HEIGHT = 150
PIN_HEIGHT = 16
LANE_HEIGHT = 20
LEAST_PIN = 4
GROUND = HEIGHT + 30
"""Where the first lane of pins begins, below the minutes."""
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480)
MOST_MARKS = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on an axis with what stands there."""

    place: float
    label: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of time on the drawing."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class DrawnPin:
    """A pin as a bar below the curve."""

    pin: CurvePin
    x: float
    y: int
    width: float

    @property
    def has_number(self) -> bool:
        """Whether its number fits into the bar."""
        return self.width >= 9 * len(str(self.pin.number)) + 4

    @property
    def middle(self) -> float:
        """Where the number stands."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class AudiencePlot:
    """The whole drawing."""

    curve: AudienceCurve
    lines: tuple[str, ...]
    """Paths of what is known; a gap parts them."""
    areas: tuple[str, ...]
    pins: tuple[DrawnPin, ...]
    breaks: tuple[Stretch, ...]
    levels: tuple[Mark, ...]
    minutes: tuple[Mark, ...]
    lanes: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def full_height(self) -> int:
        """The curve, its minutes and the lanes of pins."""
        return GROUND + self.lanes * LANE_HEIGHT


def draw_audience(curve: AudienceCurve | None) -> AudiencePlot | None:
    """Lay out a show's audience; None where nothing was counted."""
    if curve is None or all(point.viewers is None for point in curve.points):
        return None
    top = _round_up(curve.most)
    runs = [list(run) for known, run in groupby(curve.points, _is_known) if known]
    shapes = [_place_run(curve, run, top) for run in runs]
    pins, lanes = _place_pins(curve)
    return AudiencePlot(
        curve=curve,
        lines=tuple(_join(shape) for shape in shapes),
        areas=tuple(_close(shape) for shape in shapes),
        pins=pins,
        breaks=tuple(_stretch(curve, *one) for one in curve.breaks),
        levels=tuple(
            Mark(round(HEIGHT - HEIGHT * level / top, 1), level)
            for level in sorted({0, top // 2, top})
        ),
        minutes=_mark_minutes(curve),
        lanes=lanes,
    )


def _is_known(point: CurvePoint) -> bool:
    return point.viewers is not None


def _round_up(most: int) -> int:
    """Return the number at the top of the axis: 2, 5 or 10 times a power of ten."""
    size = 1
    while True:
        for factor in (2, 4, 6, 10):
            if most <= factor * size:
                return factor * size
        size *= 10


def _x(curve: AudienceCurve, at: dt.datetime) -> float:
    share = (at - curve.starts_at) / curve.length
    return round(WIDTH * min(1.0, max(0.0, share)), 1)


def _place_run(
    curve: AudienceCurve, run: Iterable[CurvePoint], top: int
) -> list[tuple[float, float]]:
    """Draw each point as wide as its minutes, so that one alone is seen too."""
    step = dt.timedelta(minutes=curve.minutes)
    places = []
    for point in run:
        y = round(HEIGHT - HEIGHT * (point.viewers or 0) / top, 1)
        places += [(_x(curve, point.at), y), (_x(curve, point.at + step), y)]
    return places


def _join(shape: list[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:g},{y:g}" for x, y in shape)


def _close(shape: list[tuple[float, float]]) -> str:
    return f"{_join(shape)} V{HEIGHT} H{shape[0][0]:g} Z"


def _stretch(curve: AudienceCurve, since: dt.datetime, until: dt.datetime) -> Stretch:
    x = _x(curve, since)
    return Stretch(x, round(_x(curve, until) - x, 1))


def _place_pins(curve: AudienceCurve) -> tuple[tuple[DrawnPin, ...], int]:
    """Give each pin the first lane that is free when it comes."""
    ends: list[float] = []
    drawn = []
    for pin in curve.pins:
        at = _stretch(curve, pin.from_at, pin.until_at)
        width = max(at.width, LEAST_PIN)
        lane = next((lane for lane, end in enumerate(ends) if end <= at.x), len(ends))
        ends[lane : lane + 1] = [at.x + width]
        y = GROUND + lane * LANE_HEIGHT
        drawn.append(DrawnPin(pin, at.x, y, width))
    return tuple(drawn), len(ends)


def _mark_minutes(curve: AudienceCurve) -> tuple[Mark, ...]:
    """Mark round minutes since the start."""
    total = curve.length.total_seconds() / 60
    step = next((one for one in STEPS if total / one <= MOST_MARKS), STEPS[-1])
    return tuple(
        Mark(round(WIDTH * minute / total, 1), minute)
        for minute in range(0, int(total) + 1, step)
    )
