"""Periods of the transparency report: the halves of a market's years (S5).

There is none of a whole year: less what one half says, it would give away what the
other leaves unsaid.
"""

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from livestreams.access.shows import Person
from livestreams.errors.transparency import PeriodMissing
from shopfront.common import clock
from shopfront.models import Market

READS_EARLY = "livestreams.view_report"
MONTHS = 6
_NAME = re.compile(r"(20[0-9]{2})-h([12])")


@dataclass(frozen=True, slots=True)
class Period:
    """A half of a year of one market."""

    market: Market
    year: int
    half: int
    """1 or 2."""

    @property
    def name(self) -> str:
        """What its address says, for example `2026-h1`."""
        return f"{self.year}-h{self.half}"

    @property
    def title(self) -> str:
        """What people call it."""
        if self.half == 1:
            return _("January to June %(year)s") % {"year": self.year}
        return _("July to December %(year)s") % {"year": self.year}

    @property
    def zone(self) -> ZoneInfo:
        """The market's time zone, in which its days begin."""
        return ZoneInfo(self.market.time_zone)

    @property
    def months(self) -> tuple[dt.date, ...]:
        """The first day of each of its months."""
        first = 1 + MONTHS * (self.half - 1)
        return tuple(dt.date(self.year, first + step, 1) for step in range(MONTHS))

    @property
    def begins_at(self) -> dt.datetime:
        """Midnight of its first day, there."""
        return self._midnight(self.months[0])

    @property
    def ends_at(self) -> dt.datetime:
        """Midnight after its last day, there; it does not belong to it any more."""
        if self.half == 1:
            return self._midnight(dt.date(self.year, 1 + MONTHS, 1))
        return self._midnight(dt.date(self.year + 1, 1, 1))

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.ends_at <= clock.now()

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("livestreams:transparency-detail", args=self._names)

    def get_file_url(self) -> str:
        """Return the address of its numbers as CSV."""
        return reverse("livestreams:transparency-file", args=self._names)

    @property
    def _names(self) -> list[str]:
        return [self.market.code.lower(), self.name]

    def _midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime(day.year, day.month, day.day, tzinfo=self.zone)


def get_period_for(user: Person, market_code: str, name: str) -> Period:
    """Return a period that is over; staff who see reports get one that still runs.

    Raises:
        PeriodMissing: there is none, or it is not over.
    """
    period = _find_period(market_code, name)
    if period is None or not (period.is_over or _reads_early(user)):
        raise PeriodMissing
    return period


def select_markets() -> QuerySet[Market]:
    """Return the markets that ever had a show, with the moment of the first."""
    own = Q(livestream__rehearsal_of=None)
    rows = Market.objects.annotate(first_at=Min("livestream__created_at", filter=own))
    return rows.filter(first_at__isnull=False).order_by("code")


def _find_period(market_code: str, name: str) -> Period | None:
    """Return a period since a market's first show, over or not; one query."""
    found = _NAME.fullmatch(name)
    market = select_markets().filter(code=market_code.upper()).first()
    if found is None or market is None:
        return None
    period = Period(market, int(found[1]), int(found[2]))
    has_records = market.first_at < period.ends_at  # type: ignore[attr-defined]
    return period if has_records and period.begins_at <= clock.now() else None


def _reads_early(user: Person) -> bool:
    return user.is_staff and user.has_perm(READS_EARLY)
