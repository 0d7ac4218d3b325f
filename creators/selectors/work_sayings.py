"""Sentences about decisions of rules, written when read, from stored figures."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creators.models import WorkDecision
from creators.selectors.pin_sayings import explain_pin
from creators.selectors.premium_sayings import explain_premium
from shopfront.common.money import Money

Kind, Limit = WorkDecision.Kind, WorkDecision.Limit
ABOUT_PINS = (Kind.PIN, Kind.UNPIN)
WHY = {
    Limit.DAY: gettext_lazy(
        "%(today)s hours were worked on this day, and %(day_cap)s are the most."
    ),
    Limit.NIGHT: gettext_lazy(
        "%(today)s hours were worked on this day. One that touches the night ends "
        "earlier than others."
    ),
    Limit.WEEK: gettext_lazy(
        "%(week)s hours were worked in this week, and %(week_cap)s are the most."
    ),
    Limit.REST: gettext_lazy(
        "The day of work began so long ago that the rest after it must begin."
    ),
    Limit.WEEKLY_REST: gettext_lazy(
        "This week has had no long unbroken rest yet, and only its end is left for it."
    ),
    Limit.BREAK: gettext_lazy("A break is due after so much work."),
}
WHAT = {
    Kind.SLATE: gettext_lazy("The slate was shown by itself. The show was not ended."),
    Kind.START: gettext_lazy("The start was refused."),
    Kind.SEAT: gettext_lazy("This seat in the studio rests; the show goes on."),
}


def show_hours(minutes: int) -> str:
    """Write minutes as hours and minutes, for example 2:05."""
    return f"{minutes // 60}:{minutes % 60:02}"


def explain_limit(limit: str, figures: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Say why somebody must stop and when they may go on; no query."""
    words = {
        "today": show_hours(int(figures.get("today_minutes", 0))),
        "week": show_hours(int(figures.get("week_minutes", 0))),
        "day_cap": show_hours(int(figures.get("daily_cap_minutes", 0))),
        "week_cap": show_hours(int(figures.get("weekly_cap_minutes", 0))),
    }
    why = str(WHY[WorkDecision.Limit(limit)]) % words
    returns_at = dt.datetime.fromisoformat(str(figures["returns_at"]))
    when = date_format(returns_at.astimezone(zone), "j F, H:i")
    return f"{why} {_('You can go on from %(when)s.') % {'when': when}}"


def explain(decision: WorkDecision) -> str:
    """Say what a rule decided and why, in the reader's language; no query."""
    if decision.kind in {Kind.PREMIUM, Kind.OWED}:
        return explain_premium(decision)
    if decision.kind in ABOUT_PINS:
        return explain_pin(decision)
    if decision.kind == Kind.GUARANTEE:
        return _explain_guarantee(decision.figures)
    zone = ZoneInfo(decision.market.time_zone)
    what = str(WHAT[WorkDecision.Kind(decision.kind)])
    return f"{what} {explain_limit(decision.limit, decision.figures, zone)}"


def _explain_guarantee(figures: Mapping[str, Any]) -> str:
    paid = Money(int(figures["amount_minor"]), str(figures["currency"]))
    sentence = _(
        "The show did not begin, so the %(amount)s that were paid in for it went back "
        "to who paid."
    )
    return sentence % {"amount": paid.format()}
