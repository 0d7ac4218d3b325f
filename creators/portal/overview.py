"""The portal's first page: today, the next show, earnings so far."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from creators.access import get_agreement_for
from creators.models import Creator
from creators.portal.guards import for_creators, person_of
from creators.selectors.agreements import list_offered
from creators.selectors.balances import (
    find_next_settlement,
    list_balances,
    list_commissions,
)
from creators.services.agreements import accept_agreement
from livestreams.selectors.planner import list_duties, list_shows_ahead

LINES_SHOWN = 5


@require_safe
@for_creators
def overview(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show what is next and what was earned; every emptiness names a next step."""
    ahead = list_shows_ahead(creator.pk)
    context = {
        "creator": creator,
        "zone": creator.market.time_zone,
        "next_show": ahead[0] if ahead else None,
        "later_shows": ahead[1:4],
        "duties": list_duties(person_of(request)),
        "balances": list_balances(creator),
        "lines": list_commissions(creator)[:LINES_SHOWN],
        "settles_at": find_next_settlement(creator),
        "offers": list_offered(creator),
    }
    return render(request, "creators/portal_overview.html", context)


@require_POST
@for_creators
def accept_offer(
    request: HttpRequest, creator: Creator, public_id: str
) -> HttpResponse:
    """Accept an agreement on offer."""
    agreement = get_agreement_for(creator, public_id)
    accept_agreement(agreement, by=person_of(request))
    messages.success(request, _("Agreement accepted. It counts from now on."))
    return redirect("creators:overview")
