"""The two steps of a checkout, as pages and as fragments in the show's sheet."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.errors import AdmissionNeeded, DropNotOpen, LimitReached, OfferShort
from orders.access import (
    Shopper,
    find_open_checkout_for,
    get_checkout_for,
    get_variant_on_sale,
)
from orders.errors import (
    AgeNotStated,
    BadAddress,
    CartEmpty,
    CartMoved,
    DeliveryUnknown,
    LineShort,
    PriceRaised,
)
from orders.forms import DetailsForm
from orders.models import Checkout
from orders.services import carts, coupons, payments
from orders.services import checkout as checkouts
from orders.services.placing import place_order
from orders.services.rules import read_quantity
from orders.views.carts import show_cart
from orders.views.common import (
    ensure_shopper,
    go,
    limit_attempts,
    read_return_path,
    read_shown_price,
    read_source,
    with_checkout,
)
from orders.views.steps import (
    make_details_form,
    refuse_tap,
    show_checkout,
    show_waiting_room,
)
from shopfront.common.errors import DomainError
from shopfront.common.http import is_part
from shopfront.markets import get_current_market
from shopfront.services.idempotency import AttemptInFlight


def _get(request: HttpRequest, public_id: str) -> tuple[Shopper, Checkout]:
    shopper = ensure_shopper(request)
    checkout = get_checkout_for(shopper.user, shopper.browser_key, public_id)
    return shopper, checkout


@require_POST
@never_cache
def buy_now(request: HttpRequest) -> HttpResponse:
    """Hold a piece at the tap and show the first step."""
    shopper = ensure_shopper(request)
    limit_attempts(shopper)
    variant = get_variant_on_sale(request.POST.get("variant", ""))
    try:
        checkout = checkouts.buy_now(
            shopper,
            variant,
            market=get_current_market(request),
            quantity=read_quantity(request.POST.get("quantity", "1")),
            price_version=read_shown_price(request, variant),
            source=read_source(request),
            key=request.POST.get("key", ""),
            return_path=read_return_path(request),
            admission=request.POST.get("admission", ""),
        )
    except AttemptInFlight:
        return go(request, reverse("orders:checkout"))
    except (AdmissionNeeded, DropNotOpen) as error:
        return show_waiting_room(request, error)
    except (LineShort, OfferShort, PriceRaised) as error:
        return refuse_tap(request, variant, error)
    return show_or_go(request, shopper, checkout)


@require_http_methods(["GET", "POST"])
@never_cache
def checkout_page(request: HttpRequest) -> HttpResponse:
    """Check the cart out (POST), or go to the checkout that is open (GET)."""
    shopper = ensure_shopper(request)
    if request.method == "GET":
        found = find_open_checkout_for(shopper.user, shopper.browser_key)
        if found is None:
            return go(request, reverse("orders:cart"))
        return show_or_go(request, shopper, found)
    limit_attempts(shopper)
    try:
        cart = carts.find_open_cart(shopper)
        if cart is None:
            raise CartEmpty
        if carts.follow_market(cart, get_current_market(request)) is not None:
            raise CartMoved
        checkout = checkouts.start_checkout(
            cart,
            shopper=shopper,
            key=request.POST.get("key", ""),
            return_path=read_return_path(request),
        )
    except AttemptInFlight:
        return go(request, reverse("orders:checkout"))
    except DomainError as error:
        return show_cart(request, shopper, error=error)
    return show_or_go(request, shopper, checkout)


@require_GET
@never_cache
def checkout_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the step that a checkout is at."""
    shopper, checkout = _get(request, public_id)
    return show_checkout(
        request, shopper, checkout, form=_wanted_form(request, shopper, checkout)
    )


@require_GET
@never_cache
def checkout_sheet(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the step that a checkout is at, as a fragment for a show's sheet."""
    shopper, checkout = _get(request, public_id)
    return show_checkout(request, shopper, checkout, as_part=True)


@require_POST
@never_cache
def change_coupon(request: HttpRequest, public_id: str) -> HttpResponse:
    """Put a coupon on an open checkout, or take it off with an empty code."""
    shopper, checkout = _get(request, public_id)
    limit_attempts(shopper)
    code = request.POST.get("code", "").strip()
    try:
        if code:
            coupons.put_coupon(checkout.cart, code, checkout=checkout)
        else:
            coupons.remove_coupon(checkout.cart, checkout=checkout)
    except DomainError as error:
        return show_checkout(
            request, shopper, checkout, error=error, status=error.status
        )
    return show_or_go(request, shopper, checkout)


@require_POST
@never_cache
def save_details(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take e-mail address, delivery address and the statement of being 18."""
    shopper, checkout = _get(request, public_id)
    form = make_details_form(shopper, checkout, request.POST)
    if not form.is_valid():
        return show_checkout(request, shopper, checkout, form=form, status=400)
    try:
        checkouts.set_details(
            checkout,
            shopper=shopper,
            email=form.cleaned_data["email"],
            address=form.address(),
            is_adult_stated=bool(form.cleaned_data.get("is_adult")),
            deliveries=_read_deliveries(request),
        )
    except BadAddress as error:
        fields = error.extra.get("fields")
        for name, sentence in (fields if isinstance(fields, dict) else {}).items():
            form.add_error(name if name in form.fields else None, sentence)
        return show_checkout(request, shopper, checkout, form=form, status=400)
    except DeliveryUnknown as error:
        form.add_error(None, error.message)
        return show_checkout(request, shopper, checkout, form=form, status=400)
    except LimitReached as error:
        form.add_error(None, error.message)
        return show_checkout(request, shopper, checkout, form=form, status=409)
    except AgeNotStated as error:
        form.add_error("is_adult", error.message)
        return show_checkout(request, shopper, checkout, form=form, status=400)
    return show_or_go(request, shopper, checkout)


@require_POST
@never_cache
def pay(request: HttpRequest, public_id: str) -> HttpResponse:
    """Place the orders and charge once."""
    shopper, checkout = _get(request, public_id)
    limit_attempts(shopper)
    try:
        shown = request.POST.get("shown_total", "")
        place_order(
            checkout,
            shopper=shopper,
            shown_total=int(shown) if shown.isdecimal() and len(shown) < 13 else 0,
        )
        step = payments.start_payment(
            checkout,
            shopper=shopper,
            method=request.POST.get("method", ""),
            key=request.POST.get("key", ""),
            keeps_card=request.POST.get("keeps_card") == "on",
            return_url=reverse("orders:checkout-return", args=[checkout.public_id]),
        )
    except DomainError as error:
        if isinstance(error, PriceRaised):
            carts.accept_current_prices(checkout.cart)
        return show_checkout(
            request, shopper, checkout, error=error, status=error.status
        )
    if step.action_url:
        return go(request, step.action_url, is_elsewhere=True)
    return show_or_go(request, shopper, checkout)


@require_GET
@never_cache
def go_to_bank(request: HttpRequest, public_id: str) -> HttpResponse:
    """Lead the shopper to their bank while it waits for them, else to the checkout."""
    _shopper, checkout = _get(request, public_id)
    url = payments.find_action_url(checkout)
    if url:
        return go(request, url, is_elsewhere=True)
    return go(request, reverse("orders:checkout-detail", args=[checkout.public_id]))


@require_GET
@never_cache
def checkout_return(request: HttpRequest, public_id: str) -> HttpResponse:
    """Welcome the shopper back from the bank: to the show, sheet at the result."""
    _shopper, checkout = _get(request, public_id)
    payments.refresh_checkout(checkout)
    if checkout.return_path:
        return go(request, with_checkout(checkout.return_path, checkout.public_id))
    return go(request, reverse("orders:checkout-detail", args=[checkout.public_id]))


@require_GET
@never_cache
def checkout_status(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask the gateway how the payment stands and show the step."""
    shopper, checkout = _get(request, public_id)
    payments.refresh_checkout(checkout)
    return show_checkout(request, shopper, checkout)


@require_POST
@never_cache
def give_up_payment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Cancel an undecided payment at the gateway, to pay another way."""
    shopper, checkout = _get(request, public_id)
    payments.give_up_payment(checkout)
    return show_or_go(request, shopper, checkout)


@require_POST
@never_cache
def start_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hold the pieces of a lapsed checkout anew."""
    shopper, checkout = _get(request, public_id)
    limit_attempts(shopper)
    try:
        fresh = checkouts.start_again(
            checkout, shopper=shopper, key=request.POST.get("key", "")
        )
    except AttemptInFlight:
        return go(request, reverse("orders:checkout"))
    except DomainError as error:
        return show_checkout(
            request, shopper, checkout, error=error, status=error.status
        )
    return show_or_go(request, shopper, fresh)


def _read_deliveries(request: HttpRequest) -> dict[str, str]:
    """Read which way was chosen for each seller's parcel."""
    head = "delivery_"
    return {
        name.removeprefix(head): value
        for name, value in request.POST.items()
        if name.startswith(head) and isinstance(value, str)
    }


def _wanted_form(
    request: HttpRequest, shopper: Shopper, checkout: Checkout
) -> DetailsForm | None:
    is_open = checkout.state == Checkout.State.OPEN
    wants = request.GET.get("step") == "details"
    return make_details_form(shopper, checkout) if is_open and wants else None


def show_or_go(
    request: HttpRequest, shopper: Shopper, checkout: Checkout
) -> HttpResponse:
    """Swap the next step in for htmx; else redirect, so that reload is safe."""
    if is_part(request):
        return show_checkout(request, shopper, checkout)
    return go(request, reverse("orders:checkout-detail", args=[checkout.public_id]))
