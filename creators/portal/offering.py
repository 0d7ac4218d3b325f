"""The studio's acts on offers: opened and closed within the brand's limits (D2)."""

from decimal import Decimal

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog.access import get_product_by_id
from catalog.errors import OfferUnsound
from livestreams.access.offers import get_offer_for
from livestreams.access.studio import Seat
from livestreams.services import offers
from shopfront.common.money import Money

LONGEST_DELAY = 240


class OfferForm(forms.Form):
    """What the host asks for; the brand's limits are the service's matter."""

    price = forms.DecimalField(
        min_value=Decimal("0.01"), max_digits=10, decimal_places=2
    )
    minutes = forms.IntegerField(min_value=1, max_value=24 * 60)
    pieces = forms.IntegerField(min_value=1, max_value=1_000_000, required=False)
    delay = forms.IntegerField(min_value=0, max_value=LONGEST_DELAY, required=False)


def open_offer(request: HttpRequest, seat: Seat) -> str:
    """Open an offer at once, or plan it for some minutes from now.

    Raises:
        OfferUnsound: a field is missing or makes no sense.
    """
    product = get_product_by_id(request.POST.get("product", ""))
    form = OfferForm(request.POST)
    if not form.is_valid():
        raise OfferUnsound
    said = form.cleaned_data
    delay = said["delay"] or 0
    currency = seat.livestream.market.currency
    offer = offers.open_offer(
        seat.livestream,
        product,
        amount_minor=Money.from_decimal(said["price"], currency).minor,
        minutes=said["minutes"],
        most_pieces=said["pieces"],
        delay_minutes=delay,
        by=seat.person,
    )
    if delay:
        return _("The offer opens by itself in %(count)d minutes.") % {"count": delay}
    return _("%(title)s now costs %(price)s, for everybody.") % {
        "title": product.title,
        "price": offer.price.format(),
    }


def close_offer(request: HttpRequest, seat: Seat) -> str:
    """Close an offer of this show, or drop one that is planned."""
    offer = get_offer_for(seat.livestream, request.POST.get("offer", ""))
    offers.close_offer(offer, by=seat.person)
    return _("The offer is closed. The old price holds again.")
