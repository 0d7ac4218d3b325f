"""A show beside its creator's earlier ones: each measure next to what is usual."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median_low

from django.utils.translation import gettext as _

from livestreams.selectors.show_reports import ShowFigures
from shopfront.common.money import Money

LEAST_EARLIER = 3
"""Fewer shows before this one make no habit to compare with."""

Value = int | Money


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a show and the middle of its creator's shows before."""

    name: str
    own: Value
    usual: Value

    @property
    def is_money(self) -> bool:
        """Whether it is an amount."""
        return isinstance(self.own, Money)

    @property
    def change(self) -> int | None:
        """How much more than usual, in per cent; None without a usual amount."""
        own, usual = _number(self.own), _number(self.usual)
        return round((own - usual) * 100 / usual) if usual > 0 else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A show's measures and the shows that they are compared with."""

    measures: tuple[Measure, ...]
    earlier: tuple[ShowFigures, ...]

    @property
    def is_early(self) -> bool:
        """Whether it is too early to say what is usual."""
        return len(self.earlier) < LEAST_EARLIER


def compare(figures: Sequence[ShowFigures]) -> Comparison:
    """Set the first of some shows beside the middle of the others."""
    own, *earlier = figures
    reads: list[tuple[str, Callable[[ShowFigures], Value]]] = [
        (_("Viewers"), lambda one: one.viewers_total),
        (_("Most viewers at once"), lambda one: one.viewers_peak),
        (_("Minutes on air"), lambda one: one.minutes),
        (_("Messages"), lambda one: one.messages),
        (_("Sales before returns"), lambda one: one.gross),
        (_("Sales, net of returns"), lambda one: one.net),
        (_("Net sales per hour on air"), lambda one: one.net_per_hour),
        (_("Your commission"), lambda one: one.commission),
    ]
    measures = [
        Measure(name, read(own), _find_usual([read(one) for one in earlier], read(own)))
        for name, read in reads
    ]
    return Comparison(tuple(measures), tuple(earlier))


def _find_usual(values: Sequence[Value], own: Value) -> Value:
    middle = median_low([_number(value) for value in values]) if values else 0
    return Money(middle, own.currency) if isinstance(own, Money) else middle


def _number(value: Value) -> int:
    return value.minor if isinstance(value, Money) else value
