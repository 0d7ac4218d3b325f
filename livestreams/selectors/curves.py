"""The audience of a show as a curve, with its pins and breaks (P7)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models.functions import Coalesce

from livestreams.models import AudienceMinute, Livestream, Pin, RoomEvent
from livestreams.protocol.events import ShowEnded, ShowPaused, ShowResumed

MOST_POINTS = 120
MOST_PINS = 100
MINUTE = dt.timedelta(minutes=1)
TURNS = (ShowPaused.type, ShowResumed.type, ShowEnded.type)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Some minutes of a show; the most viewers at once, or None where unknown."""

    at: dt.datetime
    viewers: int | None


@dataclass(frozen=True, slots=True)
class CurvePin:
    """A product on screen, with how many watched as it came and as it went."""

    number: int
    title: str
    from_at: dt.datetime
    until_at: dt.datetime
    viewers_first: int | None
    viewers_last: int | None


@dataclass(frozen=True, slots=True)
class AudienceCurve:
    """All points of a show from its start to its end."""

    minutes: int
    """How many minutes a point stands for."""
    starts_at: dt.datetime
    ends_at: dt.datetime
    points: tuple[CurvePoint, ...]
    pins: tuple[CurvePin, ...]
    breaks: tuple[tuple[dt.datetime, dt.datetime], ...]

    @property
    def most(self) -> int:
        """The most viewers of any point."""
        return max((point.viewers or 0 for point in self.points), default=0)

    @property
    def length(self) -> dt.timedelta:
        """How long the show was."""
        return self.ends_at - self.starts_at

    @property
    def paused(self) -> dt.timedelta:
        """How long its breaks were together."""
        return sum((until - since for since, until in self.breaks), dt.timedelta())


def read_curve(livestream: Livestream) -> AudienceCurve | None:
    """Return a show's curve in at most 120 points; three queries.

    None for a show that never began or has not ended.
    """
    starts_at, ends_at = livestream.started_at, livestream.ended_at
    if starts_at is None or ends_at is None or ends_at <= starts_at:
        return None
    first = starts_at.replace(second=0, microsecond=0)
    length = _count_minutes(first, ends_at) + 1
    minutes = -(-length // MOST_POINTS)
    points = _read_points(livestream, first, length, minutes)
    return AudienceCurve(
        minutes=minutes,
        starts_at=starts_at,
        ends_at=ends_at,
        points=points,
        pins=_read_pins(livestream, starts_at, ends_at, points, minutes),
        breaks=_read_breaks(livestream, starts_at, ends_at),
    )


def _read_points(
    livestream: Livestream, first: dt.datetime, length: int, minutes: int
) -> tuple[CurvePoint, ...]:
    rows = AudienceMinute.objects.filter(
        livestream=livestream, at__gte=first, at__lt=first + MINUTE * length
    )
    most: dict[int, int] = {}
    for at, viewers in rows.values_list("at", "viewers"):
        place = _count_minutes(first, at) // minutes
        most[place] = max(viewers, most.get(place, 0))
    return tuple(
        CurvePoint(first + MINUTE * minutes * place, most.get(place))
        for place in range(-(-length // minutes))
    )


def _read_pins(
    livestream: Livestream,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    points: tuple[CurvePoint, ...],
    minutes: int,
) -> tuple[CurvePin, ...]:
    first = points[0].at

    def find_viewers(at: dt.datetime) -> int | None:
        place = min(_count_minutes(first, at) // minutes, len(points) - 1)
        return points[place].viewers

    rows = Pin.objects.filter(livestream=livestream, placed_at__lt=ends_at)
    found = rows.order_by("placed_at", "id").values_list(
        Coalesce("bundle__title", "product__title"), "placed_at", "removed_at"
    )
    pins = []
    for number, (title, placed_at, removed_at) in enumerate(found[:MOST_PINS], start=1):
        since = max(placed_at, starts_at)
        until = max(since, min(removed_at or ends_at, ends_at))
        pins.append(
            CurvePin(
                number, title, since, until, find_viewers(since), find_viewers(until)
            )
        )
    return tuple(pins)


def _read_breaks(
    livestream: Livestream, starts_at: dt.datetime, ends_at: dt.datetime
) -> tuple[tuple[dt.datetime, dt.datetime], ...]:
    """Return from when to when the show was paused, whoever or whatever did it."""
    rows = RoomEvent.objects.filter(livestream=livestream, type__in=TURNS)
    breaks = []
    since: dt.datetime | None = None
    for kind, at in [
        *rows.order_by("seq").values_list("type", "at"),
        (ShowEnded.type, ends_at),
    ]:
        if kind == ShowPaused.type:
            since = since or at
        elif since is not None:
            begin, end = max(since, starts_at), min(at, ends_at)
            breaks += [(begin, end)] if begin < end else []
            since = None
    return tuple(breaks)


def _count_minutes(first: dt.datetime, last: dt.datetime) -> int:
    return int((last - first).total_seconds()) // 60
