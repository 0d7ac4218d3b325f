"""Offers of the demo: a brand's limits, a floor, an offer, a code, bundles."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from catalog.errors import OfferOverlaps
from catalog.models import (
    Bundle,
    Category,
    Offer,
    OfferLimit,
    PriceFloor,
    Product,
    Variant,
)
from catalog.services.bundles import make_bundle
from catalog.services.floors import approve_floor, set_floor
from catalog.services.offer_limits import set_limit
from catalog.services.offers import move_offers, open_offer
from creators.models import Creator
from orders.models import Coupon
from orders.services.coupons import save_coupon
from shopfront.models import Market, User

OFFERED = "eaves-armchair"
OFFER_PENCE, LENGTH = 9900, dt.timedelta(hours=12)
FLOOR_PENCE = 500
CODES: Mapping[str, Mapping[str, Any]] = {
    "WELCOME10": {"percent_bps": 1000, "minimum_minor": 2000, "is_public": True},
    "FIRST5": {"amount_minor": 500, "minimum_minor": 2500, "is_first_order": True},
    "ONAIR15": {"percent_bps": 1500, "most_per_shopper": 3},
}
CODE_OF_HOST = "ONAIR15"
BUNDLES = (
    ("The quiet desk", 7900, ("pebble-wireless-mouse", "clatter-keyboard")),
    ("The reading corner", 26900, ("reading-chair", "studio-pendant-lamp")),
)
LEAST_PERCENT = 70
OFFERS_OF = "harrow"


def ensure_offers(market: Market, people: dict[str, User], host: Creator) -> None:
    """Let hosts offer furniture from 70 per cent up, and keep one offer open."""
    _ensure_floor(market, people)
    goods = Product.objects.filter(brand__slug=OFFERS_OF)
    known = set(OfferLimit.objects.values_list("product", flat=True))
    for product in goods.exclude(pk__in=known):
        prices = product.variants.filter(price_versions__market=market)
        amounts = prices.values_list("price_versions__amount_minor", flat=True)
        set_limit(
            product,
            market,
            lowest_minor=min(amounts) * LEAST_PERCENT // 100,
            longest_minutes=12 * 60 if product.slug == OFFERED else 30,
            by=people["brand"],
            reason="For live shows",
        )
    _ensure_offer(market, people["brand"])
    _ensure_bundles(market, people["staff"])
    _ensure_codes(market, host)


def _ensure_codes(market: Market, host: Creator) -> None:
    """Give out codes open to all, for first orders, and for what a host shows."""
    for code, terms in CODES.items():
        if not Coupon.objects.filter(code=code, market=market).exists():
            creator = host if code == CODE_OF_HOST else None
            save_coupon(Coupon(code=code, market=market, creator=creator, **terms))


def _ensure_bundles(market: Market, staff: User) -> None:
    for title, pence, slugs in BUNDLES:
        firsts = [
            Variant.objects.filter(product__slug=slug).order_by("position").first()
            for slug in slugs
        ]
        found = [(variant, 1) for variant in firsts if variant is not None]
        if len(found) < len(slugs) or Bundle.objects.filter(title=title).exists():
            continue
        make_bundle(
            found[0][0].product.brand,
            title=title,
            pieces=found,
            by=staff,
            reason="Bought together",
            first_price=(market, pence),
        )


def _ensure_offer(market: Market, brand: User) -> None:
    product = Product.objects.filter(slug=OFFERED).first()
    move_offers()
    if product is None or Offer.objects.running().filter(product=product).exists():
        return
    try:
        open_offer(product, market, amount_minor=OFFER_PENCE, length=LENGTH, by=brand)
    except OfferOverlaps:
        return


def _ensure_floor(market: Market, people: dict[str, User]) -> None:
    shelf = Category.objects.filter(slug="furniture").first()
    if shelf is None or PriceFloor.objects.filter(category=shelf).exists():
        return
    floor = set_floor(
        market,
        shelf,
        FLOOR_PENCE,
        by=people["staff"],
        counsel="Listing threshold of our own; set alone and published.",
    )
    approve_floor(floor, by=people["admin"], reason="Read counsel's view")
