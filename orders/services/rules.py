"""Who may buy what at which price: asked by every way to buy, however it came."""

from django.utils.translation import gettext as _

from catalog.models import PriceVersion, Variant
from catalog.selectors import get_price
from orders.access import Shopper
from orders.errors import (
    AgeNotAssured,
    AttemptKeyMissing,
    BadQuantity,
    MarketClosed,
    NotForSale,
    PriceRaised,
    PriceUnknown,
    UnderAge,
)
from shopfront.common import clock
from shopfront.models import Market

MOST_PER_LINE = 20
LONGEST_KEY = 60


def check_may_buy(shopper: Shopper) -> None:
    """Refuse people whom assurance put below 18 (S6).

    Raises:
        UnderAge: the account is one of them.
    """
    if shopper.user is not None and shopper.user.is_under_18:
        raise UnderAge


def check_may_buy_variant(shopper: Shopper, variant: Variant, market: Market) -> None:
    """Refuse what this person may not buy here.

    Raises:
        UnderAge: the account is below 18.
        AgeNotAssured: the product has an age limit and the age is only stated.
        MarketClosed: the market takes no new orders.
        NotForSale: the product was withdrawn.
    """
    check_may_buy(shopper)
    if not market.is_selling:
        raise MarketClosed
    product = variant.product
    is_assured = shopper.user is not None and shopper.user.is_adult
    if product.minimum_age > 0 and not is_assured:
        raise AgeNotAssured
    is_shown = product.state == product.State.ACTIVE and product.brand.is_active
    if not (variant.is_active and is_shown):
        message = _("%(title)s is no longer on sale. Nothing was charged.")
        raise NotForSale(message % {"title": product.shown_title})


def read_quantity(text: str | int, *, least: int = 1) -> int:
    """Read a quantity that came from outside.

    Raises:
        BadQuantity: it is no whole number within the limits.
    """
    digits = str(text).strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 4):
        raise BadQuantity
    quantity = int(digits)
    if not least <= quantity <= MOST_PER_LINE:
        raise BadQuantity
    return quantity


def read_key(text: str) -> str:
    """Read the attempt key of a form.

    Raises:
        AttemptKeyMissing: there is none, or it is too long to be ours.
    """
    if not 8 <= len(text) <= LONGEST_KEY or not text.isascii():
        raise AttemptKeyMissing
    return text


def get_current_price(variant: Variant, market: Market) -> PriceVersion:
    """Return today's price.

    Raises:
        NotForSale: the variant has no price in this market.
    """
    price = get_price(variant, market, clock.now())
    if price is None:
        raise NotForSale
    return price


def check_shown_price(variant: Variant, market: Market, shown: str) -> PriceVersion:
    """Return today's price if it is at most the one that was shown.

    Args:
        variant: what is bought.
        market: where.
        shown: public id of the price version on the page.

    Raises:
        PriceUnknown: that is no price of this variant here.
        PriceRaised: today's price is dearer; `extra` holds it.
    """
    seen = PriceVersion.objects.filter(
        public_id=shown, variant=variant, market=market
    ).first()
    if seen is None:
        raise PriceUnknown
    current = get_current_price(variant, market)
    if current.amount_minor > seen.amount_minor:
        raise price_raised(variant, current)
    return current


def price_raised(variant: Variant, current: PriceVersion) -> PriceRaised:
    """Return the refusal that names the product and its new price."""
    message = _("%(title)s now costs %(price)s. Nothing was charged.") % {
        "title": variant.product.shown_title,
        "price": current.price,
    }
    return PriceRaised(
        message,
        extra={
            "variant": variant.public_id,
            "price_version": current.public_id,
            "amount_minor": current.amount_minor,
            "currency": current.currency,
        },
    )
