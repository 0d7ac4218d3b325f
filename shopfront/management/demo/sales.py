"""A few sales of the demo, so that orders, earnings and the desk are not empty."""

from dataclasses import dataclass

from catalog.models import Variant
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import Livestream
from orders.access import Shopper
from orders.models import Address, OrderLine
from orders.services.carts import Source
from orders.services.checkout import buy_now, set_details
from orders.services.payments import start_payment
from orders.services.placing import place_order
from orders.services.rules import get_current_price
from shopfront.models import User


@dataclass(frozen=True)
class Sale:
    """Who bought what from whose show."""

    mailbox: str
    handle: str
    product: str
    quantity: int = 1
    method: str = "approve"
    keeps_card: bool = False
    show: str = ""
    """The show's title; empty for any of the host's."""


SALES = (
    Sale("shopper2", "ines-makes-rooms", "Studio pendant lamp"),
    Sale("shopper2", "ines-makes-rooms", "Workshop stool", 2),
    Sale("maya", "ines-makes-rooms", "Studio pendant lamp"),
    Sale("jonas", "theo-in-focus", "Owl twin-lens camera", method="dispute"),
    Sale("shopper", "aileen-solders", "Vault hard drive", keeps_card=True),
)
HOME = {
    "street": "12 Canal Street",
    "city": "Leeds",
    "postcode": "LS1 4AP",
}


def ensure_sales() -> int:
    """Buy what was not bought yet, by the services that pages use; return how many."""
    return sum(ensure_sale(sale) for sale in SALES)


def ensure_sale(sale: Sale) -> bool:
    """Buy what a person bought from a show; return whether it was not bought yet."""
    buyer = User.objects.get(email=f"{sale.mailbox}@demo.example")
    variant = Variant.objects.filter(product__title=sale.product).first()
    shows = Livestream.objects.filter(creator__handle=sale.handle, is_demo=True)
    show = (shows.filter(title=sale.show) if sale.show else shows).first()
    if variant is None or show is None:
        return False
    if OrderLine.objects.filter(order__user=buyer, variant=variant).exists():
        return False
    _buy(buyer, variant, show, sale)
    return True


def _buy(buyer: User, variant: Variant, show: Livestream, sale: Sale) -> None:
    shopper = Shopper(user=buyer, browser_key="")
    key = f"demo-{sale.mailbox}-{variant.sku}"
    ref = mint_source_ref(
        Surface.SHELF,
        livestream=show.public_id,
        product=variant.product.public_id,
    )
    checkout = buy_now(
        shopper,
        variant,
        market=show.market,
        quantity=sale.quantity,
        price_version=get_current_price(variant, show.market).public_id,
        source=Source(f"{Surface.SHELF}:{show.public_id}", ref),
        key=key,
    )
    set_details(
        checkout,
        shopper=shopper,
        email=buyer.email,
        address=_address_of(buyer),
        is_adult_stated=False,
    )
    place_order(checkout, shopper=shopper, shown_total=checkout.total.minor)
    start_payment(
        checkout,
        shopper=shopper,
        method=sale.method,
        key=key,
        return_url="",
        keeps_card=sale.keeps_card,
    )


def _address_of(buyer: User) -> dict[str, str]:
    kept = Address.objects.filter(user=buyer).first()
    if kept is None:
        return HOME | {"name": buyer.name}
    return {name: getattr(kept, name) for name in ("name", *HOME)}
