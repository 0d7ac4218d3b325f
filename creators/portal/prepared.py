"""Offers of a planned show in the portal: prepared within the brand's limits (D2)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.access import get_product_by_id
from catalog.errors import OfferUnsound
from creators.models import Creator
from creators.portal.guards import for_creators
from creators.portal.offering import OfferForm
from livestreams.access.studio import get_own_livestream_for
from livestreams.models import Livestream
from livestreams.selectors.offers import read_studio_offers
from livestreams.services.prepared_offers import drop_prepared, prepare_offer
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of
from shopfront.common.money import Money


@require_safe
@for_creators
def show_offers(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """List what may be offered in a show, and what is prepared."""
    show = get_own_livestream_for(creator, public_id)
    context = {
        "show": show,
        "zone": show.market.time_zone,
        "offers": read_studio_offers(show),
        "may_edit": show.state == Livestream.State.SCHEDULED and not show.is_rehearsal,
    }
    return render(request, "creators/show_offers.html", context)


@require_POST
@for_creators
def change(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Prepare an offer of a product, or forget it; a refusal says what is allowed."""
    show = get_own_livestream_for(creator, public_id)
    product = get_product_by_id(request.POST.get("product", ""))
    try:
        if request.POST.get("act") == "drop":
            drop_prepared(show, product)
            said = _("The offer is not prepared any more.")
        else:
            form = OfferForm(request.POST)
            if not form.is_valid():
                raise OfferUnsound
            terms = form.cleaned_data
            prepare_offer(
                show,
                product,
                amount_minor=Money.from_decimal(
                    terms["price"], show.market.currency
                ).minor,
                minutes=terms["minutes"],
                most_pieces=terms["pieces"],
                by=person_of(request),
            )
            said = _("Prepared. Open it in the studio with one tap.")
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return redirect("creators:show-offers", public_id)
