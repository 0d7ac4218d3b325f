"""What a host should mend in a plan: a pure function over facts, a sentence each (P2).

Advice refuses nothing. What does refuse says so at the act itself: the go-live, the
pin, the guard of working time.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from creators.selectors.stretches import Stretch as Span
from creators.selectors.stretches import (
    clip,
    local_week,
    measure,
    merge,
    week_bounds,
)
from creators.selectors.work_rules import WorkRules
from shopfront.common.money import Money

NAMED = 3
"""So many products are named in a sentence; the rest are counted."""
MINUTE = dt.timedelta(minutes=1)
LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of work of the host: a show with the preparation before it."""

    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return (self.ends_at - self.starts_at) // MINUTE

    @property
    def span(self) -> Span:
        """From when until when."""
        return self.starts_at, self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsFacts:
    """What is known of a product of the shelf."""

    title: str
    is_withdrawn: bool = False
    has_price: bool = True
    available: int = 1
    is_below_floor: bool = False
    is_barred: bool = False
    is_refused: bool = False
    has_sample: bool = True
    is_unpaid: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """All that the advice on a plan is made of.

    Rules are the person's own: the market's, as tight as the operator, the payer and
    what the person agreed to make them.
    """

    zone: str
    work: Stretch
    show_minutes: int
    others: tuple[Stretch, ...] = ()
    rules: WorkRules | None = None
    now: dt.datetime = LONG_AGO
    worked: tuple[Span, ...] = ()
    """What was really worked before now in the week of the show, joined."""
    break_minutes: int = 0
    over_minutes: int = 0
    missing: Money | None = None
    terms_version: int = 0
    """Of the terms that hold at the start and wait for the host's yes; 0 for none."""
    has_moderator: bool = True
    has_roster: bool = True
    goods: tuple[GoodsFacts, ...] = ()
    unanswered_lines: int = 0


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to mend, and the part of the page where that is done."""

    code: str
    sentence: str
    part: str


def advise(facts: PlanFacts) -> list[Advice]:
    """Return what should be mended in a plan, the gravest first."""
    return [advice for judge in JUDGES for advice in judge(facts)]


def advise_on_time(facts: PlanFacts) -> list[Advice]:
    """Return what speaks against the time of a show that is not saved yet."""
    return [advice for judge in JUDGES_OF_NEW for advice in judge(facts)]


def _judge_clashes(facts: PlanFacts) -> Iterator[Advice]:
    for other in facts.others:
        overlaps = (
            other.starts_at < facts.work.ends_at
            and facts.work.starts_at < other.ends_at
        )
        if overlaps:
            words = _("You are already at “%(title)s” then, preparation included.")
            yield Advice("clash", words % {"title": other.title}, "plan")


def _judge_rest(facts: PlanFacts) -> Iterator[Advice]:
    """Tell of nights that are too short: rest lies between days of work."""
    if facts.rules is None:
        return
    least = facts.rules.rest // MINUTE
    for other in facts.others:
        first, second = sorted((other, facts.work), key=lambda one: one.starts_at)
        gap = (second.starts_at - first.ends_at) // MINUTE
        same_day = _day_of(first, facts.zone) == _day_of(second, facts.zone)
        if 0 <= gap < least and not same_day:
            words = _(
                "Only %(hours)s hours of rest between this show and “%(title)s”; at "
                "least %(least)s are needed."
            )
            named = {"title": other.title, "hours": _hours(gap), "least": _hours(least)}
            yield Advice("rest", words % named, "plan")


def _judge_length(facts: PlanFacts) -> Iterator[Advice]:
    rules = facts.rules
    if rules is None:
        return
    total = facts.work.minutes
    day = _day_of(facts.work, facts.zone)
    total += sum(o.minutes for o in facts.others if _day_of(o, facts.zone) == day)
    cap, code = rules.daily_cap // MINUTE, "cap"
    if _touches_night(facts.work, rules, facts.zone):
        cap, code = rules.night_cap // MINUTE, "night"
    if total > cap:
        words = (
            _("%(hours)s hours of work that day, part of it at night: at most %(cap)s.")
            if code == "night"
            else _(
                "%(hours)s hours of work that day, preparation counted: at most "
                "%(cap)s."
            )
        )
        yield Advice(code, words % {"hours": _hours(total), "cap": _hours(cap)}, "plan")


def _judge_week(facts: PlanFacts) -> Iterator[Advice]:
    """Tell of a week that grows too long: what was worked, and all that is planned."""
    rules = facts.rules
    if rules is None:
        return
    begin, end = week_bounds(local_week(facts.work.starts_at, rules.zone), rules.zone)
    planned = [one.span for one in (facts.work, *facts.others)]
    ahead = clip(planned, max(begin, facts.now), end)
    total = measure(merge([*clip(facts.worked, begin, end), *ahead])) // MINUTE
    cap = (rules.weekly_cap + rules.extension) // MINUTE
    if total > cap:
        words = _(
            "%(hours)s hours of work in that week, what is done and planned: at most "
            "%(cap)s."
        )
        yield Advice(
            "week", words % {"hours": _hours(total), "cap": _hours(cap)}, "plan"
        )


def _judge_breaks(facts: PlanFacts) -> Iterator[Advice]:
    rules = facts.rules
    if rules is None:
        return
    due = 0
    if facts.work.minutes > rules.long_break_after // MINUTE:
        due = rules.long_break_length // MINUTE
    elif facts.work.minutes > rules.break_after // MINUTE:
        due = rules.break_length // MINUTE
    if facts.break_minutes < due:
        words = _(
            "So long a piece of work needs breaks of %(due)d minutes; the run has "
            "%(planned)d."
        )
        named = {"due": due, "planned": facts.break_minutes}
        yield Advice("break", words % named, "run")


def _judge_terms(facts: PlanFacts) -> Iterator[Advice]:
    if facts.terms_version:
        words = _(
            "Version %(version)d of the terms for creators waits for your yes: without "
            "it this show cannot start."
        )
        yield Advice("terms", words % {"version": facts.terms_version}, "terms")


def _judge_pay(facts: PlanFacts) -> Iterator[Advice]:
    if facts.missing is not None and facts.missing.minor > 0:
        words = _("%(amount)s of the guarantee are not paid in: the show cannot start.")
        yield Advice("funding", words % {"amount": facts.missing.format()}, "pay")


def _judge_help(facts: PlanFacts) -> Iterator[Advice]:
    if not facts.has_moderator and not facts.has_roster:
        words = _(
            "No moderator has a duty in this show, and nobody of ours is on call then: "
            "it cannot go live. Add a moderator."
        )
        yield Advice("moderator", words, "duties")


def _judge_run(facts: PlanFacts) -> Iterator[Advice]:
    if facts.over_minutes > 0:
        words = ngettext(
            "The run is %(count)d minute longer than the show.",
            "The run is %(count)d minutes longer than the show.",
            facts.over_minutes,
        )
        yield Advice("over", words % {"count": facts.over_minutes}, "run")


def _judge_goods(facts: PlanFacts) -> Iterator[Advice]:
    if not facts.goods:
        yield Advice("empty", _("Nothing is on the shelf yet."), "shelf")
    for code, words, is_so in GOODS:
        titles = [goods.title for goods in facts.goods if is_so(goods)]
        if titles:
            part = "samples" if code == "sample" else "shelf"
            yield Advice(code, f"{words()} {_name(titles)}", part)


def _judge_briefing(facts: PlanFacts) -> Iterator[Advice]:
    if facts.unanswered_lines:
        words = ngettext(
            "%(count)d line of the briefing waits for your answer.",
            "%(count)d lines of the briefing wait for your answer.",
            facts.unanswered_lines,
        )
        yield Advice("briefing", words % {"count": facts.unanswered_lines}, "briefing")


Judge = Callable[[PlanFacts], Iterator[Advice]]
JUDGES_OF_TIME: Sequence[Judge] = (
    _judge_clashes,
    _judge_rest,
    _judge_length,
    _judge_week,
)
JUDGES_OF_NEW: Sequence[Judge] = (*JUDGES_OF_TIME, _judge_help)
JUDGES: Sequence[Judge] = (
    *JUDGES_OF_TIME,
    _judge_breaks,
    _judge_terms,
    _judge_pay,
    _judge_help,
    _judge_goods,
    _judge_run,
    _judge_briefing,
)
Judgement = tuple[str, Callable[[], str], Callable[[GoodsFacts], bool]]
GOODS: Sequence[Judgement] = (
    ("withdrawn", lambda: _("Not for sale any more:"), lambda g: g.is_withdrawn),
    (
        "price",
        lambda: _("Without a price in this country:"),
        lambda g: not g.has_price and not g.is_withdrawn,
    ),
    (
        "stock",
        lambda: _("Sold out:"),
        lambda g: g.available <= 0 and g.has_price and not g.is_withdrawn,
    ),
    ("floor", lambda: _("Below the lowest price:"), lambda g: g.is_below_floor),
    (
        "barred",
        lambda: _("Too many came back or have a case, so they cannot be pinned:"),
        lambda g: g.is_barred,
    ),
    (
        "unpaid",
        lambda: _("No agreement pays you for what sells of:"),
        lambda g: g.is_unpaid and not g.is_refused and not g.is_withdrawn,
    ),
    ("refused", lambda: _("On the shelf, but you refused:"), lambda g: g.is_refused),
    (
        "sample",
        lambda: _("You have no sample in hand of:"),
        lambda g: not g.has_sample and not g.is_refused and not g.is_withdrawn,
    ),
)


def _name(titles: Sequence[str]) -> str:
    named = ", ".join(titles[:NAMED])
    rest = len(titles) - NAMED
    if rest <= 0:
        return f"{named}."
    words = ngettext(
        "%(named)s and %(count)d more.", "%(named)s and %(count)d more.", rest
    )
    return words % {"named": named, "count": rest}


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.3g}"


def _day_of(work: Stretch, zone: str) -> dt.date:
    return work.starts_at.astimezone(ZoneInfo(zone)).date()


def _touches_night(work: Stretch, rules: WorkRules, zone: str) -> bool:
    """Whether any of it lies in the night, by the clock on the wall there."""
    place = ZoneInfo(zone)
    first = work.starts_at.astimezone(place).date() - dt.timedelta(days=1)
    for days in range((work.ends_at.astimezone(place).date() - first).days + 1):
        day = first + dt.timedelta(days=days)
        begins = dt.datetime.combine(day, rules.night_from, place)
        last = day + dt.timedelta(days=int(rules.night_until <= rules.night_from))
        ends = dt.datetime.combine(last, rules.night_until, place)
        if begins < work.ends_at and work.starts_at < ends:
            return True
    return False
