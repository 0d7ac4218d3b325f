"""The portal's first page: today, the next show, earnings so far."""

import datetime as dt
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.selectors.collaborations import count_openings
from creators.models import Creator, MarketTerms
from creators.portal.agreements import measure_agreements
from creators.portal.guards import for_creators
from creators.selectors.agreements import list_offered
from creators.selectors.balances import (
    find_next_settlement,
    list_balances,
    list_commissions,
)
from creators.selectors.premiums import sum_owing
from creators.selectors.terms import find_terms_to_accept
from livestreams.selectors.planner import PlannedShow, list_duties, list_shows_ahead
from livestreams.selectors.team import list_memberships
from shopfront.common import clock
from shopfront.common.http import person_of

LINES_SHOWN = 5


@require_safe
@for_creators
def overview(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show what is next and what was earned; every emptiness names a next step."""
    ahead, now = list_shows_ahead(creator.pk), clock.now()
    context = {
        "creator": creator,
        "zone": creator.market.time_zone,
        "now": now,
        "next_show": ahead[0] if ahead else None,
        "later_shows": ahead[1:4],
        "duties": list_duties(person_of(request)),
        "memberships": list_memberships(person_of(request)),
        "balances": list_balances(creator),
        "owing": sum_owing(creator),
        "lines": list_commissions(creator)[:LINES_SHOWN],
        "settles_at": find_next_settlement(creator),
        "offers": measure_agreements(list_offered(creator), creator),
        "openings": count_openings(creator, now),
        "terms_wait": _find_terms(creator, now, ahead),
    }
    return render(request, "creators/portal_overview.html", context)


def _find_terms(
    creator: Creator, now: dt.datetime, ahead: Sequence[PlannedShow]
) -> MarketTerms | None:
    """Return the terms that wait for a yes now, else by the last show that is planned.

    Four queries at most.
    """
    terms = find_terms_to_accept(creator, now)
    if terms is None and ahead:
        terms = find_terms_to_accept(creator, max(now, ahead[-1].starts_at))
    return terms
