"""Hours of a person: the week as plot and table, entries, longer weeks, decisions."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from creators.access import get_entry_for, get_extension_for, list_helper_accounts
from creators.errors import EntryInvalid, ExtensionNotAllowed
from creators.portal.applying import render_application
from creators.portal.hours_forms import EntryForm, ExtensionForm
from creators.portal.hours_plot import draw_week
from creators.selectors.decisions import ABOUT_TIME, list_decisions
from creators.selectors.hours import (
    list_entries,
    list_extensions,
    list_sessions,
    list_weeks,
    read_week,
    write_weeks,
)
from creators.selectors.stretches import local_week, week_bounds
from creators.selectors.work_sayings import explain
from creators.selectors.worktime import find_market_of, is_in_show, read_standing
from creators.services import work_limits, worktime
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of
from shopfront.markets import find_rules
from shopfront.models import Market, User

WEEK = dt.timedelta(days=7)
Act = Callable[[HttpRequest, User, Market], str]


@login_required
@never_cache
@require_safe
def hours(request: HttpRequest) -> HttpResponse:
    """Show a person's week with what limits it; `week` names its Monday."""
    user = person_of(request)
    market = find_market_of(user)
    if market is None:
        return render_application(request, status=403)
    return _show(request, user, market, EntryForm(market=market))


@login_required
@require_POST
def change(request: HttpRequest, act: str) -> HttpResponse:
    """Change or remove an entry, agree to a longer week or not."""
    user = person_of(request)
    market = find_market_of(user)
    if act not in ACTS or market is None:
        raise Http404
    try:
        said = ACTS[act](request, user, market)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return redirect("creators:hours")


@login_required
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Enter work that we could not see; a wrong form is shown again with its errors."""
    user = person_of(request)
    market = find_market_of(user)
    if market is None:
        raise Http404
    form = EntryForm(request.POST, market=market)
    if form.is_valid():
        try:
            worktime.add_entry(user, market=market, **form.facts())
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Entered."))
            return redirect("creators:hours")
    return _show(request, user, market, form, status=422)


@login_required
@require_safe
def hours_file(request: HttpRequest) -> StreamingHttpResponse:
    """Answer a week, or all there are, as CSV: stretches, entries, sums, decisions."""
    user = person_of(request)
    market = find_market_of(user)
    if market is None:
        raise Http404
    now = clock.now()
    mondays = list_weeks(user, market, now)
    name = "hours.csv"
    if "week" in request.GET:
        mondays = [_read_monday(request, market)]
        name = f"hours-{mondays[0].isoformat()}.csv"
    response = StreamingHttpResponse(
        write_weeks(user, market, mondays, now),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _show(
    request: HttpRequest,
    user: User,
    market: Market,
    form: EntryForm,
    *,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    zone = ZoneInfo(market.time_zone)
    monday = _read_monday(request, market)
    this_week = local_week(now, zone)
    begin, end = week_bounds(monday, zone)
    week = read_week(user, market, monday, now)
    rules = find_rules(market, now)
    most = rules.extension_minutes if rules else 0
    context = {
        "zone": market.time_zone,
        "has_premiums": bool(list_helper_accounts(user)),
        "week": week,
        "plot": draw_week(week),
        "before": monday - WEEK,
        "after": monday + WEEK if monday < this_week else None,
        "is_now": monday == this_week,
        "standing": read_standing(user, market, now),
        "rules": rules,
        "sessions": list_sessions(user, since=begin, until=min(end, now)),
        "entries": list_entries(user, since=begin, until=end),
        "is_open": worktime.is_week_open(begin, market),
        "form": form,
        "extension_form": ExtensionForm(this_week=this_week, most=most),
        "most_hours": most / 60,
        "may_extend": most > 0 and not is_in_show(user, now),
        "extensions": list_extensions(user, since=this_week),
        "decisions": [
            (row, explain(row))
            for row in list_decisions(user, kinds=ABOUT_TIME, most=20)
        ],
    }
    return render(request, "creators/portal_hours.html", context, status=status)


def _read_monday(request: HttpRequest, market: Market) -> dt.date:
    """Return the Monday of the week that is asked for, none later than this one."""
    this_week = local_week(clock.now(), ZoneInfo(market.time_zone))
    try:
        day = dt.date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return this_week
    earliest = this_week - 520 * WEEK
    return max(earliest, min(this_week, day - dt.timedelta(days=day.weekday())))


def _change_entry(request: HttpRequest, user: User, market: Market) -> str:
    entry = get_entry_for(user, request.POST.get("entry", ""))
    form = EntryForm(request.POST, market=market)
    if not form.is_valid():
        raise EntryInvalid
    worktime.change_entry(entry, **form.facts())
    return _("Changed. What it was before is kept.")


def _remove_entry(request: HttpRequest, user: User, market: Market) -> str:
    worktime.remove_entry(get_entry_for(user, request.POST.get("entry", "")))
    return _("Removed. What it was is kept.")


def _extend(request: HttpRequest, user: User, market: Market) -> str:
    this_week = local_week(clock.now(), ZoneInfo(market.time_zone))
    form = ExtensionForm(request.POST, this_week=this_week, most=10_080)
    if not form.is_valid():
        raise ExtensionNotAllowed
    work_limits.agree_extension(user, market=market, **form.facts())
    return _("Agreed for that week. You can take it back here at any time.")


def _revoke(request: HttpRequest, user: User, market: Market) -> str:
    extension = get_extension_for(user, request.POST.get("extension", ""))
    work_limits.revoke_extension(extension, by=user)
    return _("Taken back. The week's cap holds again.")


ACTS: dict[str, Act] = {
    "change": _change_entry,
    "remove": _remove_entry,
    "extend": _extend,
    "revoke": _revoke,
}
