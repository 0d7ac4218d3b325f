"""Bars of a creator's weeks: hours worked, and abuse met and shielded, as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from livestreams.selectors.wellbeing import Week

WIDTH = 600
HEIGHT = 96
GAP = 8
LEAST_TOP = 4


@dataclass(frozen=True, slots=True)
class WeekBar:
    """One week as bars from the ground."""

    week: Week
    x: int
    hours: int
    """Height of the hours."""
    met: int
    shielded: int

    @property
    def hours_y(self) -> int:
        """Where the bar of the hours begins."""
        return HEIGHT - self.hours

    @property
    def met_y(self) -> int:
        """Where the bar of what was met begins."""
        return HEIGHT - self.met

    @property
    def shielded_y(self) -> int:
        """Where the bar of what was spared begins, on top of what was met."""
        return HEIGHT - self.met - self.shielded


@dataclass(frozen=True, slots=True)
class WeekPlot:
    """All weeks with the two scales."""

    bars: tuple[WeekBar, ...]
    most_hours: int
    most_abuse: int
    bar_width: int
    width: int = WIDTH
    height: int = HEIGHT


def _has_facts(week: Week) -> bool:
    return any((week.minutes, week.pay.minor, week.met, week.shielded, week.refusals))


def draw_weeks(weeks: Sequence[Week]) -> WeekPlot | None:
    """Lay out weeks from the oldest; None where nothing happened in any."""
    if not any(map(_has_facts, weeks)):
        return None
    hours = max(LEAST_TOP, *(-(-week.minutes // 60) for week in weeks))
    abuse = max(LEAST_TOP, *(week.met + week.shielded for week in weeks))
    step = WIDTH // len(weeks)
    bars = []
    for place, week in enumerate(weeks):
        met = round(HEIGHT * week.met / abuse)
        both = round(HEIGHT * (week.met + week.shielded) / abuse)
        bars.append(
            WeekBar(
                week,
                place * step,
                hours=round(HEIGHT * week.minutes / 60 / hours),
                met=met,
                shielded=both - met,
            )
        )
    return WeekPlot(tuple(bars), hours, abuse, step - GAP)
