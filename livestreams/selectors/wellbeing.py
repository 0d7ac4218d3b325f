"""How a creator fares, week by week: hours, pay, abuse met and shielded (N3).

Read by the creator's own page, and as a signal without figures by the one person whom
the creator chose; ranking, pay, brands and staff never import it (a test says so).
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q

from catalog.models import Veto
from creators.models import Creator, Guarantee, Signal
from creators.selectors.balances import sum_by_show
from creators.selectors.guarantees import find_by_shows, sum_pay
from creators.selectors.pay import spread
from creators.selectors.stretches import clip, local_week, measure, week_bounds
from creators.selectors.worktime import read_work, whole
from livestreams.models import Category, ChatMessage, ModerationAction, Shielding
from livestreams.models.shows import Livestream
from shopfront.common.money import Money
from shopfront.markets import find_rules

WEEKS = 12
SIGNAL_WEEKS = 4
LONG_WEEK = 40 * 60
"""Minutes; the pilot's overtime began there."""
LONG_WEEKS = 2
LEAST_MINUTES = 60
"""Less work in a week says nothing of its pay."""
MUCH_MET = 5
MUCH_SHIELDED = 25
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a creator, from Monday in the market's own time."""

    monday: dt.date
    minutes: int
    pay: Money
    met: int
    """Abuse that the host could read before it was taken out."""
    shielded: int
    """Remarks about the person and complaints that the host was spared."""
    refusals: int
    """Products that the host would not show; counted for nothing else (P5)."""

    @property
    def per_hour(self) -> Money | None:
        """What an hour paid; None where too little was worked to say."""
        return spread(self.pay, self.minutes) if self.minutes >= LEAST_MINUTES else None

    @property
    def hours_shown(self) -> str:
        """The time as hours and minutes, for example 2:30."""
        return f"{self.minutes // 60}:{self.minutes % 60:02}"


def read_weeks(creator: Creator, now: dt.datetime) -> tuple[Week, ...]:
    """Return a creator's last twelve weeks up to this one; eight queries.

    The pay of a show counts in the week of its end, net of what came back since.
    """
    zone = ZoneInfo(creator.market.time_zone)
    this = local_week(now, zone)
    mondays = [this - WEEK * back for back in reversed(range(WEEKS))]
    since = week_bounds(mondays[0], zone)[0]
    minutes = _read_minutes(creator, mondays, now, zone)
    pay = _read_pay(creator, since, zone)
    met, shielded = _read_abuse(creator, since, zone)
    refusals = _read_refusals(creator, since, zone)
    currency = creator.market.currency
    return tuple(
        Week(
            monday=monday,
            minutes=minutes[monday],
            pay=Money(pay[monday], currency),
            met=met[monday],
            shielded=shielded[monday],
            refusals=refusals[monday],
        )
        for monday in mondays
    )


def find_signals(
    creator: Creator, weeks: Sequence[Week], now: dt.datetime
) -> tuple[Signal, ...]:
    """Return what of the last four weeks deserves that somebody asks; one query."""
    last = weeks[-SIGNAL_WEEKS:]
    rules = find_rules(creator.market, now)
    floor = rules.pay_floor_minor if rules is not None else 0
    long = sum(week.minutes > LONG_WEEK for week in last)
    is_low = any(
        week.per_hour is not None and week.per_hour.minor < floor for week in last
    )
    met = sum(week.met for week in last)
    shielded = sum(week.shielded for week in last)
    found = (
        (Signal.LONG_WEEKS, long >= LONG_WEEKS),
        (Signal.LOW_PAY, is_low),
        (Signal.ABUSE, met >= MUCH_MET or shielded >= MUCH_SHIELDED),
    )
    return tuple(signal for signal, holds in found if holds)


def _read_minutes(
    creator: Creator, mondays: Sequence[dt.date], now: dt.datetime, zone: ZoneInfo
) -> dict[dt.date, int]:
    """Return what was worked each week: studio, shows, preparation, own entries."""
    bounds = {monday: week_bounds(monday, zone) for monday in mondays}
    since = bounds[mondays[0]][0]
    user = creator.user_id
    work = read_work([user], since=since, until=now)[user]
    return {
        monday: whole(measure(clip(work, begin, end)))
        for monday, (begin, end) in bounds.items()
    }


def _read_pay(creator: Creator, since: dt.datetime, zone: ZoneInfo) -> Counter[dt.date]:
    """Return what the shows that ended in each week pay: premiums included."""
    shows = Livestream.objects.filter(
        creator=creator, rehearsal_of=None, ended_at__gte=since
    )
    rows = list(shows.values_list("public_id", "ended_at"))
    refs = [ref for ref, _ in rows]
    guarantees, earned = find_by_shows(refs), sum_by_show(creator, refs)
    pay: Counter[dt.date] = Counter()
    for ref, ended_at in rows:
        guarantee, earning = guarantees.get(ref), earned.get(ref)
        due = earning.due if earning else None
        amount = 0
        if guarantee is not None and guarantee.state == Guarantee.State.EARNED:
            amount = sum_pay(guarantee, due).minor
        elif due is not None and due.currency == creator.market.currency:
            amount = due.minor
        if ended_at is not None:
            pay[local_week(ended_at, zone)] += amount
    return pay


def _read_abuse(
    creator: Creator, since: dt.datetime, zone: ZoneInfo
) -> tuple[Counter[dt.date], Counter[dt.date]]:
    """Return what met the host and what the host was spared in each week."""
    found: dict[bool, Counter[dt.date]] = defaultdict(Counter)
    kinds, answers = Shielding.Kind, Shielding.Answer
    taken = Shielding.objects.filter(
        Q(kind=kinds.REMARK) | Q(kind=kinds.COMPLAINT),
        livestream__creator=creator,
        livestream__rehearsal_of=None,
        at__gte=since,
    ).values_list("at", "kind", "answer", "message__state")
    for at, kind, answer, state in taken.order_by("id"):
        if kind == kinds.REMARK:
            found[state == ChatMessage.State.VISIBLE][local_week(at, zone)] += 1
        elif answer != answers.ROOM:
            found[False][local_week(at, zone)] += 1
    acts = ModerationAction.Kind
    done = ModerationAction.objects.filter(
        livestream__creator=creator,
        livestream__rehearsal_of=None,
        kind__in=(acts.REMOVE, acts.MUTE, acts.BAN),
        category__in=(Category.INSULT, Category.PRIVATE, Category.DANGER),
        undone_at=None,
        created_at__gte=since,
    )
    for at in done.order_by("id").values_list("created_at", flat=True):
        found[True][local_week(at, zone)] += 1
    return found[True], found[False]


def _read_refusals(
    creator: Creator, since: dt.datetime, zone: ZoneInfo
) -> Counter[dt.date]:
    rows = Veto.objects.filter(creator=creator, taken_back_at=None, at__gte=since)
    return Counter(local_week(at, zone) for at in rows.values_list("at", flat=True))
