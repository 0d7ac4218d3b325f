"""Checkouts: from a cart or one tap to orders per brand, waiting for payment."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.utils import translation

from catalog.models import PriceVersion, Reservation, Variant
from catalog.services.drops import refuse_gated, using_admission
from catalog.services.limits import recount_holds
from catalog.services.sold_out import is_known_sold_out
from catalog.services.stock import release_stock
from orders.access import Shopper
from orders.errors import (
    AgeNotStated,
    CartEmpty,
    CheckoutLapsed,
)
from orders.models import Cart, CartLine, Checkout
from orders.selectors.terms import sum_lines
from orders.services.addresses import (
    check_address,
    check_email,
    keep_address,
    known_details,
)
from orders.services.bundle_lines import price_bundles, renew_bundles
from orders.services.carts import Source
from orders.services.deliveries import choose_deliveries
from orders.services.holds import (
    Wish,
    hold_all,
    line_short,
    list_hold_ids,
    take_offered,
)
from orders.services.households import list_limit_keys
from orders.services.lapses import (
    give_up_checkouts_of,
    give_up_taps_of,
    lapse_checkout,
)
from orders.services.placing import check_line_price, lines_of
from orders.services.rules import (
    check_may_buy,
    check_may_buy_variant,
    check_shown_price,
    get_current_price,
    read_key,
)
from orders.services.spending import check_pause
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.ids import new_public_id
from shopfront.models import Market
from shopfront.services.idempotency import run_once


def buy_now(
    shopper: Shopper,
    variant: Variant,
    *,
    market: Market,
    quantity: int,
    price_version: str,
    source: Source,
    key: str,
    return_path: str = "",
    admission: str = "",
) -> Checkout:
    """Hold pieces at the tap and open a checkout of their own.

    In a drop whose pieces go to who pays first nothing is held, only noted (B5).

    Raises:
        DropNotOpen, AdmissionNeeded, AdmissionUsed: sold in a drop, and not yet or no
            longer this shopper's turn.
        LimitReached: the household has as many as one may.
        UnderAge, AgeNotAssured, MarketClosed, NotForSale: may not be bought.
        PriceUnknown, PriceRaised: the price shown is not, or no longer, the price.
        LineShort: too few are left.

    Safe to repeat: yes, once per key.
    """
    check_may_buy_variant(shopper, variant, market)
    check_pause(shopper.user)
    if is_known_sold_out(variant.pk, holders=shopper.names):
        raise line_short(variant, 0)
    price = check_shown_price(variant, market, price_version)
    line = _make_line(variant, quantity, price, source)

    def act() -> dict[str, str]:
        with using_admission(
            variant,
            quantity=quantity,
            holders=shopper.names,
            admission=admission,
            key=key,
        ) as drop:
            is_first_paid = drop is not None and drop.is_first_paid
            checkout = open_checkout(
                shopper,
                [line],
                market=market,
                source_cart=None,
                return_path=return_path,
                spare=give_up_taps_of(shopper, variant),
                unheld=[variant.pk] if is_first_paid else [],
            )
        return {"checkout": checkout.public_id}

    answer = run_once(
        actor=shopper.name,
        operation="orders.buy_now",
        key=read_key(key),
        request={"variant": variant.public_id, "quantity": quantity},
        act=act,
    )
    return Checkout.objects.get(public_id=answer["checkout"])


def start_checkout(
    cart: Cart, *, shopper: Shopper, key: str, return_path: str = ""
) -> Checkout:
    """Hold all lines of the open cart and open a checkout of them.

    An unpaid checkout that was made from the same cart before is given up first.

    Raises:
        CartEmpty: there is nothing in it.
        UnderAge, AgeNotAssured, MarketClosed, NotForSale: may not be bought.
        PriceRaised, BundleRaised: a line has become dearer since it was shown.
        BundleRests: a bundle is not sold while a part of it is in an offer.
        LineShort: the first line that is short; nothing is held then.

    Safe to repeat: yes, once per key.
    """
    check_may_buy(shopper)
    check_pause(shopper.user)
    lines = list(lines_of(cart))
    if not lines:
        raise CartEmpty

    def act() -> dict[str, str]:
        for line in lines:
            check_may_buy_variant(shopper, line.variant, cart.market)
            if line.bundle_price_id is None:
                line.price_version = check_line_price(line, cart.market)
        price_bundles(lines, shopper=shopper, market=cart.market)
        refuse_gated([line.variant for line in lines])
        checkout = open_checkout(
            shopper,
            [_copy_line(line) for line in lines],
            market=cart.market,
            source_cart=cart,
            return_path=return_path,
            spare=give_up_checkouts_of(cart),
        )
        return {"checkout": checkout.public_id}

    answer = run_once(
        actor=shopper.name,
        operation="orders.start_checkout",
        key=read_key(key),
        request={"cart": cart.public_id},
        act=act,
    )
    return Checkout.objects.get(public_id=answer["checkout"])


def start_again(checkout: Checkout, *, shopper: Shopper, key: str) -> Checkout:
    """Open a new checkout of a lapsed one's lines, at today's prices.

    Who receives them, how they are sent and the code are as they were.

    Raises:
        NotForSale, LineShort: a piece is no longer to be had.
        BundleRests: a bundle is not sold while a part of it is in an offer.
        LimitReached: the household has as many of a piece as one may by now.

    Safe to repeat: yes, once per key.
    """
    if checkout.state != Checkout.State.LAPSED:
        return checkout
    check_pause(shopper.user)
    lines = []
    for old in lines_of(checkout.cart):
        check_may_buy_variant(shopper, old.variant, checkout.market)
        line = _copy_line(old)
        line.price_version = get_current_price(old.variant, checkout.market)
        line.shown_at = clock.now()
        lines.append(line)
    renew_bundles(lines, shopper=shopper, market=checkout.market)

    def act() -> dict[str, str]:
        refuse_gated([line.variant for line in lines])
        fresh = open_checkout(
            shopper,
            lines,
            market=checkout.market,
            source_cart=checkout.source_cart,
            return_path=checkout.return_path,
            terms=checkout.cart,
        )
        _take_details_over(checkout, fresh, shopper)
        return {"checkout": fresh.public_id}

    answer = run_once(
        actor=shopper.name,
        operation="orders.start_again",
        key=read_key(key),
        request={"checkout": checkout.public_id},
        act=act,
    )
    return Checkout.objects.get(public_id=answer["checkout"])


def set_details(
    checkout: Checkout,
    *,
    shopper: Shopper,
    email: str,
    address: Mapping[str, str],
    is_adult_stated: bool,
    deliveries: Mapping[str, str] | None = None,
) -> None:
    """Store who receives the goods, where and how, and the statement of being 18.

    Raises:
        DeliveryUnknown: a seller does not send in the way that was chosen.
        UnderAge: the account is below 18.
        AgeNotStated: age unknown, and not stated (S6).
        BadAddress: `extra["fields"]` says which fields.
        LimitReached: the household has as many of a piece as one may.
        CheckoutLapsed: its time has ended.

    Safe to repeat: yes.
    """
    check_may_buy(shopper)
    is_assured = shopper.user is not None and shopper.user.is_adult
    clean_email = check_email(email)
    clean = check_address(address, checkout.market.code)
    if not is_assured and not is_adult_stated:
        raise AgeNotStated
    recount_holds(list_hold_ids(checkout), list_limit_keys(shopper, clean))
    changed = Checkout.objects.filter(pk=checkout.pk, state=Checkout.State.OPEN).update(
        email=clean_email,
        address=clean,
        adult_stated_at=None if is_assured else clock.now(),
        user=shopper.user,
    )
    if not changed:
        raise CheckoutLapsed
    if shopper.user is not None:
        keep_address(shopper.user, clean)
    choose_deliveries(checkout, deliveries or {})


def _take_details_over(old: Checkout, fresh: Checkout, shopper: Shopper) -> None:
    """Put the details of a lapsed checkout on a new one, the same limits counted.

    Raises:
        LimitReached: the household has as many as one may; the new one is ended.
    """
    if old.address:
        try:
            keys = list_limit_keys(shopper, old.address)
            recount_holds(list_hold_ids(fresh), keys)
        except DomainError:
            lapse_checkout(fresh)
            raise
    Checkout.objects.filter(pk=fresh.pk).update(
        email=old.email,
        address=old.address,
        adult_stated_at=old.adult_stated_at,
    )
    fresh.refresh_from_db()
    choose_deliveries(fresh, {})


def _make_line(
    variant: Variant, quantity: int, price: PriceVersion, source: Source
) -> CartLine:
    kept = source.trimmed()
    return CartLine(
        variant=variant,
        quantity=quantity,
        price_version=price,
        shown_at=clock.now(),
        source_id=kept.id,
        source_ref=kept.ref,
    )


def _copy_line(line: CartLine) -> CartLine:
    return CartLine(
        variant=line.variant,
        quantity=line.quantity,
        price_version=line.price_version,
        bundle_price=line.bundle_price,
        bundle_count=line.bundle_count,
        shown_at=line.shown_at,
        source_id=line.source_id,
        source_ref=line.source_ref,
    )


def open_checkout(
    shopper: Shopper,
    lines: list[CartLine],
    *,
    market: Market,
    source_cart: Cart | None,
    return_path: str,
    spare: Sequence[int] = (),
    unheld: Collection[int] = (),
    terms: Cart | None = None,
) -> Checkout:
    """Hold all lines and open a checkout of them; the caller has checked them.

    Ways of delivery and the coupon are those of `terms`, else of the cart it is of.
    Of the variants in `unheld` pieces go to who pays first: they are noted only.

    Raises:
        LineShort: the first line that is short; nothing is held then.
        OfferShort, PriceRaised: the offer of a line's price has ended meanwhile.
    """
    public_id = new_public_id()
    cart = _make_cart(shopper, market, like=terms or source_cart)
    known = known_details(shopper, market)
    totals = sum_lines(lines, cart, address=known.get("address"))
    wishes = [_wish(line, unheld) for line in lines]
    held = hold_all(
        wishes, shopper, cause_kind="checkout", cause_ref=public_id, spare=spare
    )
    checkout = Checkout(
        public_id=public_id,
        cart=cart,
        source_cart=source_cart,
        user=shopper.user,
        browser_key=shopper.browser_key,
        market=market,
        language=translation.get_language() or settings.LANGUAGE_CODE,
        goods_minor=totals.goods.minor,
        shipping_minor=totals.shipping.minor,
        currency=market.currency,
        return_path=return_path,
        expires_at=clock.now() + dt.timedelta(seconds=settings.HOLD_SECONDS),
        **known,
    )
    try:
        with transaction.atomic():
            _write_cart(cart, lines, held)
            take_offered(lines)
            checkout.save(force_insert=True)
    except DomainError:
        release_stock([hold.pk for hold in held.values()])
        raise
    return checkout


def _wish(line: CartLine, unheld: Collection[int]) -> Wish:
    slot = line.bundle_price_id or 0
    is_held = line.variant_id not in unheld
    return Wish(line.variant, line.quantity, slot, is_held=is_held)


def _make_cart(shopper: Shopper, market: Market, *, like: Cart | None) -> Cart:
    return Cart(
        user=shopper.user,
        browser_key=shopper.browser_key,
        market=market,
        state=Cart.State.CHECKED_OUT,
        deliveries=like.deliveries if like is not None else {},
        coupon=like.coupon if like is not None else None,
    )


def _write_cart(
    cart: Cart, lines: list[CartLine], held: dict[tuple[int, int], Reservation]
) -> None:
    cart.save()
    for line in lines:
        slot = line.bundle_price_id or 0
        line.cart, line.reservation = cart, held[line.variant_id, slot]
    CartLine.objects.bulk_create(lines)
