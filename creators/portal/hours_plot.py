"""The plot of a week of work: a bar for each day, laid out on the server as SVG."""

from dataclasses import dataclass

from creators.selectors.hours import WorkDay, WorkWeek
from creators.selectors.worktime import whole

WIDTH = 560
HEIGHT = 160
STEP = WIDTH // 7
BAR = 44
LEAST_SCALE = 480
"""An empty week is drawn on the scale of eight hours."""


@dataclass(frozen=True, slots=True)
class DayBar:
    """A day from the ground up: within the day's limit, and overtime above it."""

    day: WorkDay
    x: int
    middle: int
    top: int
    height: int
    over_top: int
    over_height: int


@dataclass(frozen=True, slots=True)
class WeekPlot:
    """All bars with their scale and the line of the day's cap."""

    bars: tuple[DayBar, ...]
    most_hours: int
    cap_y: int | None
    cap_hours: float
    bar_width: int = BAR
    width: int = WIDTH
    height: int = HEIGHT


def draw_week(week: WorkWeek) -> WeekPlot:
    """Lay out the days of a week."""
    cap = whole(week.rules.daily_cap) if week.rules else 0
    longest = max(day.minutes for day in week.days)
    most = -(-max(longest, cap, LEAST_SCALE) // 120) * 120
    bars = tuple(_stand(day, place, most) for place, day in enumerate(week.days))
    cap_y = HEIGHT - _scale(cap, most) if cap else None
    return WeekPlot(bars, most // 60, cap_y, cap / 60)


def _stand(day: WorkDay, place: int, most: int) -> DayBar:
    x = place * STEP + (STEP - BAR) // 2
    height = _scale(day.minutes - day.overtime, most)
    total = _scale(day.minutes, most)
    return DayBar(
        day=day,
        x=x,
        middle=x + BAR // 2,
        top=HEIGHT - height,
        height=height,
        over_top=HEIGHT - total,
        over_height=total - height,
    )


def _scale(minutes: int, most: int) -> int:
    return round(minutes * HEIGHT / most)
