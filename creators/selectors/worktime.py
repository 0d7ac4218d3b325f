"""Working time (E2) as it stands: what a person worked, may work, and was told.

Stretches of the studio, of shows and of preparation, and the person's own entries,
are joined so that tabs, devices and duties count once. A show's break is no work of
that show; what a human struck out counts nowhere.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from creators.models import (
    Account,
    WorkDecision,
    WorkEntry,
    WorkExtension,
    WorkLimit,
    WorkSession,
)
from creators.selectors.stretches import (
    Stretch,
    clip,
    day_bounds,
    local_day,
    local_week,
    measure,
    overlap,
    subtract,
    week_bounds,
)
from creators.selectors.work_rules import (
    WorkRules,
    find_overtime,
    find_return,
    find_stop,
)
from shopfront.markets import find_rules
from shopfront.models import Market, MarketRule, User

Kind = WorkSession.Kind
MINUTE = dt.timedelta(minutes=1)
WARN_AT = (5, 15, 30)
LOOK_BACK = dt.timedelta(days=3)
"""So far before its week a day of work that goes on may have begun."""
SEEN_WITHIN = dt.timedelta(seconds=90)
"""A studio that was seen so long ago is still open."""
CAPS = ("daily_cap_minutes", "night_cap_minutes", "weekly_cap_minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a person stands at a moment: worked, left, and which limit comes first."""

    today: int
    week: int
    daily_cap: int
    weekly_cap: int
    left: int
    """Minutes until the first limit."""
    limit: WorkDecision.Limit
    stops_at: dt.datetime
    returns_at: dt.datetime
    rule_version: str
    tightened: tuple[str, ...]

    @property
    def is_over(self) -> bool:
        """Whether a limit is reached."""
        return self.left <= 0

    @property
    def warns(self) -> int:
        """Which warning holds: 30, 15 or 5 minutes left, or 0 for none."""
        return next((at for at in WARN_AT if self.left <= at), 0)

    def as_figures(self) -> dict[str, object]:
        """Return what a decision keeps of it."""
        return {
            "today_minutes": self.today,
            "week_minutes": self.week,
            "daily_cap_minutes": self.daily_cap,
            "weekly_cap_minutes": self.weekly_cap,
            "returns_at": self.returns_at.isoformat(),
            "tightened": list(self.tightened),
        }


def whole(length: dt.timedelta) -> int:
    """Return the whole minutes of a length: what limits and days of work count.

    Nobody reaches a limit by rounding.
    """
    return length // MINUTE


def begun(length: dt.timedelta) -> int:
    """Return the begun minutes of a length: what pay counts, never fewer than none.

    A floor of pay holds for all the time that was worked, so no second is lost.
    """
    return max(0, -(-length // MINUTE))


def find_market_of(user: User) -> Market | None:
    """Return the market whose rules a person works by; at most two queries.

    That of the creator, else that in which the person worked last; None for others.
    """
    creator = getattr(user, "creator", None)
    if creator is not None:
        found: Market = creator.market
        return found
    last = WorkSession.objects.filter(user=user).select_related("market").first()
    return last.market if last else None


def read_work(
    users: Iterable[int], *, since: dt.datetime, until: dt.datetime
) -> dict[int, list[Stretch]]:
    """Return each person's joined work between two moments; two queries.

    What goes on ends at `until`. A stretch is found whole if it began less than three
    days before `since`.
    """
    keys = list(users)
    by_show: dict[tuple[int, str], dict[bool, list[Stretch]]] = defaultdict(
        lambda: {True: [], False: []}
    )
    struck: dict[int, list[Stretch]] = defaultdict(list)
    for row in select_sessions(keys, since, until):
        stretch = (row.starts_at, row.ends_at or until)
        if row.kind == Kind.STRUCK:
            struck[row.user_id].append(stretch)
        else:
            key = (row.user_id, row.show_ref)
            by_show[key][row.kind == Kind.BREAK].append(stretch)
    work: dict[int, list[Stretch]] = {key: [] for key in keys}
    for (user, _show), parts in by_show.items():
        work[user] += subtract(parts[False], parts[True])
    for user, begin, end in _select_entries(keys, since, until):
        work[user].append((begin, end))
    return {
        user: clip(subtract(parts, struck[user]), since, until)
        for user, parts in work.items()
    }


def read_show_work(
    user: User, show_ref: str, *, since: dt.datetime, until: dt.datetime
) -> list[Stretch]:
    """Return what of a person's work was for one show; one query."""
    rows = [
        row
        for row in select_sessions([user.pk], since, until)
        if row.show_ref == show_ref or row.kind == Kind.STRUCK
    ]
    taken = {Kind.BREAK, Kind.STRUCK}
    work = [
        (row.starts_at, row.ends_at or until) for row in rows if row.kind not in taken
    ]
    gone = [(row.starts_at, row.ends_at or until) for row in rows if row.kind in taken]
    return clip(subtract(work, gone), since, until)


def count_show_overtime(
    user: User, show_ref: str, *, rules: WorkRules, until: dt.datetime
) -> int:
    """Return the begun minutes of a show beyond the limit of their day; few queries."""
    since = until - LOOK_BACK
    own = read_show_work(user, show_ref, since=since, until=until)
    work = read_work([user.pk], since=since, until=until)[user.pk]
    beyond = overlap(find_overtime(work, rules), own)
    return begun(measure(beyond))


def sum_minutes(user: User, *, since: dt.datetime, until: dt.datetime) -> int:
    """Return how many minutes a person worked between two moments; two queries."""
    return whole(measure(read_work([user.pk], since=since, until=until)[user.pk]))


def find_work_rules(
    user: User, market: Market, at: dt.datetime, *, payer: Account | None = None
) -> WorkRules | None:
    """Return what limits a person's work, None without rules; three queries.

    Market rules, made tighter by the operator and by the payer of the work, and what
    the person agreed to for this week.
    """
    rule = find_rules(market, at)
    if rule is None:
        return None
    zone = ZoneInfo(market.time_zone)
    limits = _list_limits(market, local_day(at, zone), payer)
    extension = (
        WorkExtension.objects.filter(
            user=user, week=local_week(at, zone), revoked_at=None
        )
        .values_list("minutes", flat=True)
        .first()
    )
    return combine_rules(rule, limits, extension or 0)


def combine_rules(
    rule: MarketRule, limits: Sequence[WorkLimit], extension: int = 0
) -> WorkRules:
    """Return market rules made tighter by limits, never looser; no query."""
    caps = {name: min(_list_values(rule, limits, name)) for name in CAPS}
    rest = max(_list_values(rule, limits, "rest_minutes"))
    extension = min(extension, rule.extension_minutes)
    is_capped = caps["weekly_cap_minutes"] < rule.weekly_cap_minutes
    return WorkRules(
        version=rule.version,
        zone=ZoneInfo(rule.market.time_zone),
        daily_cap=caps["daily_cap_minutes"] * MINUTE,
        night_cap=min(caps["night_cap_minutes"], caps["daily_cap_minutes"]) * MINUTE,
        weekly_cap=caps["weekly_cap_minutes"] * MINUTE,
        extension=(0 if is_capped else extension) * MINUTE,
        rest=rest * MINUTE,
        weekly_rest=rule.weekly_rest_minutes * MINUTE,
        night_from=rule.night_from,
        night_until=rule.night_until,
        break_after=rule.break_after_minutes * MINUTE,
        break_length=rule.break_minutes * MINUTE,
        long_break_after=rule.long_break_after_minutes * MINUTE,
        long_break_length=rule.long_break_minutes * MINUTE,
        overtime_after=rule.overtime_after_minutes * MINUTE,
        tightened=tuple(str(limit) for limit in limits),
    )


def judge(work: Sequence[Stretch], now: dt.datetime, rules: WorkRules) -> Standing:
    """Return how somebody with this work stands; no query."""
    stop = find_stop(work, now, rules)
    today = clip(work, *day_bounds(local_day(now, rules.zone), rules.zone))
    week = clip(work, *week_bounds(local_week(now, rules.zone), rules.zone))
    return Standing(
        today=whole(measure(today)),
        week=whole(measure(week)),
        daily_cap=whole(rules.daily_cap),
        weekly_cap=whole(rules.weekly_cap + rules.extension),
        left=whole(stop.at - now),
        limit=stop.limit,
        stops_at=stop.at,
        returns_at=find_return(work, now, rules),
        rule_version=rules.version,
        tightened=rules.tightened,
    )


def read_standing(
    user: User, market: Market, now: dt.datetime, *, payer: Account | None = None
) -> Standing | None:
    """Return how a person stands now, None without rules; five queries."""
    rules = find_work_rules(user, market, now, payer=payer)
    if rules is None:
        return None
    monday = week_bounds(local_week(now, rules.zone), rules.zone)[0]
    work = read_work([user.pk], since=monday - LOOK_BACK, until=now)[user.pk]
    return judge(work, now, rules)


def list_limits_of(owner: Account) -> list[WorkLimit]:
    """Return the limits that a payer has set, the newest first; one query."""
    rows = WorkLimit.objects.filter(
        owner__owner_kind=owner.owner_kind, owner__owner_ref=owner.owner_ref
    )
    return list(rows.select_related("market").order_by("-valid_from", "-id"))


def is_in_show(user: User, now: dt.datetime) -> bool:
    """Whether a person is on camera, or in the studio of a show on air; one query."""
    open_here = WorkSession.objects.filter(
        user=user, kind=Kind.STUDIO, ends_at__gt=now - SEEN_WITHIN
    )
    mine = Q(user=user) | Q(show_ref__in=open_here.order_by().values("show_ref"))
    return WorkSession.objects.filter(
        mine, kind__in=(Kind.STREAM, Kind.BREAK), ends_at=None
    ).exists()


def _list_values(rule: MarketRule, limits: Sequence[WorkLimit], name: str) -> list[int]:
    values = [getattr(row, name) for row in (rule, *limits)]
    return [value for value in values if value is not None]


def _list_limits(
    market: Market, day: dt.date, payer: Account | None
) -> list[WorkLimit]:
    """Return the newest limits of the operator and of a payer; one query."""
    whose = Q(owner=None)
    if payer is not None:
        whose |= Q(owner__owner_kind=payer.owner_kind, owner__owner_ref=payer.owner_ref)
    rows = WorkLimit.objects.filter(whose, market=market, valid_from__lte=day)
    newest: dict[bool, WorkLimit] = {}
    for row in rows.order_by("valid_from", "id"):
        newest[row.owner_id is None] = row
    return list(newest.values())


def select_sessions(
    users: Sequence[int], since: dt.datetime, until: dt.datetime
) -> "QuerySet[WorkSession]":
    """Return the stretches that we saw between two moments, in order."""
    rows = WorkSession.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=since),
        user__in=users,
        starts_at__lt=until,
        starts_at__gt=since - LOOK_BACK,
    )
    return rows.order_by("starts_at", "id")


def _select_entries(
    users: Sequence[int], since: dt.datetime, until: dt.datetime
) -> Iterable[tuple[int, dt.datetime, dt.datetime]]:
    rows = WorkEntry.objects.filter(
        user__in=users,
        removed_at=None,
        starts_at__lt=until,
        ends_at__gt=since,
        starts_at__gt=since - LOOK_BACK,
    )
    return rows.values_list("user_id", "starts_at", "ends_at")
