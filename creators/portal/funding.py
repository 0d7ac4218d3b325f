"""Which agreement pays for a show, and how its guarantee stands."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creators.access import get_agreement_for
from creators.models import Creator, Guarantee
from creators.portal.guards import for_creators
from creators.selectors.agreements import list_holding
from creators.selectors.guarantees import find_guarantee, find_premium, sum_pay
from creators.selectors.pay import spread
from creators.selectors.premiums import read_terms
from livestreams.access.studio import get_own_livestream_for
from livestreams.models import Livestream
from livestreams.services.funding import choose_agreement
from orders.access import mint_funding_link
from shopfront.common.errors import DomainError
from shopfront.common.money import Money


@require_POST
@for_creators
def show_agreement(
    request: HttpRequest, creator: Creator, public_id: str
) -> HttpResponse:
    """Choose the agreement of a planned show, or none."""
    show = get_own_livestream_for(creator, public_id)
    wanted = request.POST.get("agreement", "")
    agreement = get_agreement_for(creator, wanted) if wanted else None
    try:
        choose_agreement(show, agreement)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Saved."))
    return redirect("creators:show-detail", public_id)


def describe_funding(show: Livestream, creator: Creator) -> dict[str, object]:
    """Return what the plan says of pay, and of helpers' without a guarantee."""
    guarantee = find_guarantee(show.public_id)
    agreements = list_holding(creator, at=show.starts_at)
    chosen = next((row for row in agreements if row.pk == show.agreement_id), None)
    waits = guarantee is not None and guarantee.state == Guarantee.State.OPEN
    return {
        "guarantee": guarantee,
        "overtime": None if guarantee else read_terms(show.market, show.starts_at),
        "pay_in": mint_funding_link(guarantee) if guarantee and waits else "",
        "is_commission_only": chosen is not None and not chosen.guarantee_minor,
        "per_hour": guarantee and spread(guarantee.due, guarantee.work_minutes),
        "agreements": agreements,
        "chosen_id": show.agreement_id,
    }


def describe_paid(show: Livestream, due: Money | None) -> dict[str, object]:
    """Return what a show paid by the hour: guarantee, commission beyond it; one query.

    Args:
        show: the show that is over.
        due: its commission, net of what came back, if any.
    """
    guarantee = find_guarantee(show.public_id)
    if guarantee is None or guarantee.state != Guarantee.State.EARNED:
        return {"guarantee": guarantee}
    total = sum_pay(guarantee, due)
    return {
        "guarantee": guarantee,
        "pay_total": total,
        "premium": find_premium(guarantee),
        "per_hour": spread(total, guarantee.worked_minutes),
        "floor_version": guarantee.rule_version,
    }
