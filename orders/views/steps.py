"""Which step of a checkout is shown, and with what."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from catalog.models import Variant
from orders.access import Shopper, find_address_for
from orders.errors import LineShort, PriceRaised
from orders.forms import DetailsForm
from orders.gateways import get_gateway
from orders.models import CartLine, Checkout, Payment
from orders.selectors.cards import list_cards
from orders.selectors.carts import get_checkout_coupon, get_checkout_totals
from orders.selectors.orders import CheckoutOutcome, get_outcome
from orders.selectors.totals import Totals
from orders.views.common import new_key, read_source, with_checkout
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.http import is_part, write_tap
from shopfront.common.money import Money


def make_details_form(
    shopper: Shopper, checkout: Checkout, typed: Any = None
) -> DetailsForm:
    """Return the form of the first step, filled with what is known."""
    is_assured = shopper.user is not None and shopper.user.is_adult
    known = dict(checkout.address) | {"email": checkout.email}
    kept = find_address_for(shopper) if not checkout.address else None
    if kept is not None:
        names = ("name", "street", "city", "postcode")
        known |= {name: getattr(kept, name) for name in names}
    if not checkout.email and shopper.user is not None:
        known["email"] = shopper.user.email
    return DetailsForm(
        typed, initial=known, country=checkout.market.code, asks_age=not is_assured
    )


def show_checkout(
    request: HttpRequest,
    shopper: Shopper,
    checkout: Checkout,
    *,
    form: DetailsForm | None = None,
    error: DomainError | None = None,
    status: int = 200,
    as_part: bool = False,
) -> HttpResponse:
    """Show a checkout at its step, as a page or as a fragment."""
    checkout.refresh_from_db()
    outcome = get_outcome(checkout)
    step = "details" if form is not None else choose_step(checkout, outcome)
    if step == "details" and form is None:
        form = make_details_form(shopper, checkout)
    left = checkout.expires_at - clock.now()
    totals = get_checkout_totals(checkout)
    context = {
        "checkout": checkout,
        "outcome": outcome,
        "step": step,
        "step_template": f"orders/_step_{step}.html",
        "form": form,
        "error": error,
        "key": new_key(),
        "totals": totals,
        "coupon": get_checkout_coupon(checkout),
        "offer": describe_offer(shopper) if step == "payment" else {},
        "zone": checkout.market.time_zone,
        "hold_seconds": max(0, int(left.total_seconds())),
        "gone_line": find_gone_line(totals, error),
        "in_show": is_in_show(request, checkout),
    } | describe_holds(totals)
    is_fragment = as_part or is_part(request)
    template = "_checkout" if is_fragment else "checkout_detail"
    response = render(request, f"orders/{template}.html", context, status=status)
    if is_in_show(request, checkout):
        address = with_checkout(checkout.return_path, checkout.public_id)
        response["HX-Replace-Url"] = address
    return response


def describe_holds(totals: Totals) -> dict[str, object]:
    """Return whether any piece is kept, and what of it goes to who pays first."""
    lines = list_lines_of(totals)
    unheld = [line for line in lines if line.is_unheld]
    titles = dict.fromkeys(line.variant.product.shown_title for line in unheld)
    return {
        "is_kept": len(unheld) < len(lines),
        "unheld": ", ".join(titles),
    }


def find_gone_line(totals: Totals, error: DomainError | None) -> CartLine | None:
    """Return the line of which a refusal says that no piece is left."""
    if not isinstance(error, LineShort) or error.extra.get("available"):
        return None
    gone = error.extra.get("variant")
    of_it = (line for line in list_lines_of(totals) if line.variant.public_id == gone)
    return next(of_it, None)


def list_lines_of(totals: Totals) -> list[CartLine]:
    """List the lines that sums were made of, by seller."""
    return [part.line for seller in totals.sellers for part in seller.lines]


def describe_offer(shopper: Shopper) -> dict[str, object]:
    """Return how this shopper may pay: kept cards first, then the gateway's ways."""
    gateway = get_gateway()
    manners = gateway.describe()
    methods = gateway.list_methods()
    return {
        "cards": list(list_cards(shopper.user, gateway.name)),
        "usual": [method for method in methods if not method.is_rare],
        "rare": [method for method in methods if method.is_rare],
        "script": manners.script,
        "is_test": manners.is_test,
        "keeps_cards": manners.keeps_cards and shopper.user is not None,
    }


def is_in_show(request: HttpRequest, checkout: Checkout) -> bool:
    """Whether the step is swapped into the page that the shopper buys from.

    Its address then names the checkout, so that a reload opens the sheet again.
    """
    if not is_part(request) or not checkout.return_path:
        return False
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    return here == urlsplit(checkout.return_path).path


def is_in_sheet(request: HttpRequest) -> bool:
    """Whether the answer is put into the sheet of a show."""
    return is_part(request) and request.headers.get("HX-Target") == "sheet"


def choose_step(checkout: Checkout, outcome: CheckoutOutcome) -> str:
    """Name the step that a checkout is at."""
    if outcome.is_paid:
        return "result" if outcome.paid_orders else "refunded"
    if checkout.state == Checkout.State.LAPSED:
        return "lapsed"
    if checkout.state == Checkout.State.OPEN:
        return "payment" if checkout.email and checkout.address else "details"
    if outcome.live is None:
        return "payment"
    is_asked = outcome.live.state == Payment.State.AUTHENTICATING
    return "authenticate" if is_asked else "waiting"


def refuse_tap(
    request: HttpRequest, variant: Variant, error: DomainError
) -> HttpResponse:
    """Say why a tap on "Buy now" did not work, and offer today's price if it rose."""
    amount = error.extra.get("amount_minor")
    price = (
        Money(int(str(amount)), str(error.extra["currency"]))
        if isinstance(error, PriceRaised)
        else None
    )
    context = {
        "error": error,
        "variant": variant,
        "quantity": request.POST.get("quantity", "1"),
        "source_id": request.POST.get("source_id", ""),
        "source_ref": request.POST.get("source_ref", ""),
        "return_path": request.POST.get("return_path", ""),
        "price": price,
        "price_version": error.extra.get("price_version", ""),
        "key": new_key(),
        "in_sheet": is_in_sheet(request),
        "is_gone": isinstance(error, LineShort) and not error.extra.get("available"),
    }
    template = "orders/_refused.html" if is_part(request) else "orders/tap_refused.html"
    return render(request, template, context, status=error.status)


def show_waiting_room(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Say that something is sold in a drop now, and where its waiting room is."""
    address = reverse("catalog:drop-detail", args=[str(error.extra["drop"])])
    source = read_source(request)
    tap = write_tap(source.id, source.ref)
    context = {"error": error, "address": f"{address}{tap}"}
    part = "_" if is_part(request) else ""
    return render(request, f"orders/{part}tap_gated.html", context, status=error.status)
