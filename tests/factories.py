"""Typed builders of rows; state that must be earned goes through services."""

import datetime as dt
from typing import Any

from django.db.models import F

from catalog.models import (
    Brand,
    BrandMember,
    Bundle,
    Category,
    DeliveryOption,
    Drop,
    OfferLimit,
    PriceVersion,
    Product,
    Reservation,
    Stock,
    StockMovement,
    Variant,
    WaitingPlace,
)
from catalog.services.bundles import make_bundle as put_together
from catalog.services.drops import plan_drop
from catalog.services.waiting import join_waiting_list
from creators.models import (
    Account,
    Agreement,
    Creator,
    PayoutDetails,
    PayoutRule,
)
from creators.services.payout_details import TaxData, save_details
from livestreams.models import DutyShift, Livestream, LivestreamProduct, Recording
from orders.models import Cart, Checkout, Coupon, Order, OrderLine
from shopfront.common import clock, ids
from shopfront.common.money import tax_within
from shopfront.models import Market, Operator, TaxRate, User
from shopfront.services.market_rules import adopt_standard_rules

SEPA_PAYER = "NL41MOCK0000000001"


def make_market(code: str = "GB", **changes: Any) -> Market:
    """Return the market of a code, made with its tax rates and rules when missing."""
    facts: dict[str, Any] = {
        "name": "United Kingdom" if code == "GB" else code,
        "stage": Market.Stage.OPEN,
        "currency": "GBP" if code == "GB" else "EUR",
        "languages": ["en"],
        "time_zone": "Europe/London" if code == "GB" else "Europe/Berlin",
        "partnership_label": "Paid partnership",
        "shipping_minor": 395,
    }
    market, is_new = Market.objects.get_or_create(code=code, defaults=facts | changes)
    if is_new:
        TaxRate.objects.create(
            market=market,
            category=TaxRate.Category.STANDARD,
            basis_points=2000,
            valid_from=dt.date(2011, 1, 4),
        )
        adopt_standard_rules(market)
    return market


def make_operator(**changes: Any) -> Operator:
    """Return who runs a market, or all markets without their own where it is None."""
    facts: dict[str, Any] = {
        "name": "Shopfront Ltd",
        "address": "1 High Street\nLeeds LS1 1AA\nUnited Kingdom",
        "email": "help@shopfront.example",
    }
    return Operator.objects.create(**(facts | changes))


def make_user(**changes: Any) -> User:
    """Return an adult of the British market whose password is `demo`."""
    facts: dict[str, Any] = {
        "email": f"{ids.new_public_id()}@people.example",
        "password": "demo",
        "market": changes.get("market") or make_market(),
        "age_band": User.AgeBand.ADULT,
        "age_method": "test",
    }
    return User.objects.create_user(**(facts | changes))


def make_account(**changes: Any) -> Account:
    """Return a brand's payable account in pounds."""
    facts: dict[str, Any] = {
        "kind": Account.Kind.BRAND_PAYABLE,
        "owner_kind": Account.Owner.BRAND,
        "owner_ref": ids.new_public_id(),
        "currency": "GBP",
    }
    return Account.objects.create(**(facts | changes))


def make_creator(**changes: Any) -> Creator:
    """Return a verified creator."""
    user = changes.pop("user", None) or make_user()
    facts: dict[str, Any] = {
        "user": user,
        "market": user.market,
        "handle": ids.new_public_id(),
        "display_name": "Ada Example",
        "state": Creator.State.VERIFIED,
    }
    return Creator.objects.create(**(facts | changes))


def make_agreement(**changes: Any) -> Agreement:
    """Return an accepted agreement on 10 % commission or 20 pounds for an hour."""
    facts: dict[str, Any] = {
        "creator": changes.get("creator") or make_creator(),
        "payer": changes.get("payer") or make_account(),
        "commission_bps": 1000,
        "guarantee_minor": 2000,
        "state": Agreement.State.ACCEPTED,
        "valid_from": clock.now() - dt.timedelta(days=60),
    }
    return Agreement.objects.create(**(facts | changes))


def make_payout_rule(**changes: Any) -> PayoutRule:
    """Return the rule by which a market pays from 2020 on, on the first of a month."""
    market = changes.pop("market", None) or make_market()
    is_british = market.currency == "GBP"
    facts: dict[str, Any] = {
        "market": market,
        "method": PayoutRule.Method.UK if is_british else PayoutRule.Method.SEPA,
        "minimum_minor": 100,
        "payer_name": "Shopfront Ltd",
        "payer_bank_account": "200000 55779911" if is_british else SEPA_PAYER,
        "valid_from": dt.date(2020, 1, 1),
    }
    return PayoutRule.objects.create(**(facts | changes))


def make_payout_details(owner: Creator | Brand | User, **changes: Any) -> PayoutDetails:
    """Return where a creator, a brand or a helper is paid."""
    kinds = {Creator: Account.Owner.CREATOR, User: Account.Owner.PERSON}
    market = changes.pop("market", None) or make_market()
    facts: dict[str, Any] = {
        "market": market,
        "holder": "Ada Example",
        "bank_account": "20-00-00 55779911"
        if market.currency == "GBP"
        else "NL14MOCK0000000002",
        "tax": TaxData(
            legal_name="Ada Example",
            address="1 Mill Lane\nLeeds LS2 7EY",
            country=market.code,
            tax_number="1234567890",
        ),
        "by": owner.user if isinstance(owner, Creator) else make_user(),
    }
    kind = kinds.get(type(owner), Account.Owner.BRAND)
    return save_details(kind, owner.public_id, **(facts | changes))


def make_brand(**changes: Any) -> Brand:
    """Return an identified brand with its account."""
    name = str(changes.pop("name", f"Brand {ids.new_public_id()[:6]}"))
    public_id = ids.new_public_id()
    facts: dict[str, Any] = {
        "public_id": public_id,
        "name": name,
        "slug": f"brand-{public_id}",
        "trader_name": f"{name} Ltd",
        "trader_address": "1 High Street, Leeds LS1 1AA, United Kingdom",
        "account": changes.get("account") or make_account(owner_ref=public_id),
    }
    return Brand.objects.create(**(facts | changes))


def make_brand_member(**changes: Any) -> BrandMember:
    """Return a person who acts for a brand."""
    facts: dict[str, Any] = {
        "brand": changes.get("brand") or make_brand(),
        "user": changes.get("user") or make_user(),
    }
    return BrandMember.objects.create(**(facts | changes))


def make_delivery_option(**changes: Any) -> DeliveryOption:
    """Return a brand's standard delivery to Great Britain at 3.95, in 2 to 4 days."""
    facts: dict[str, Any] = {
        "brand": changes.get("brand") or make_brand(),
        "market": changes.get("market") or make_market(),
        "price_minor": 395,
        "days_least": 2,
        "days_most": 4,
    }
    return DeliveryOption.objects.create(**(facts | changes))


def make_category(**changes: Any) -> Category:
    """Return a category of the standard tax rate."""
    slug = f"category-{ids.new_public_id()}"
    return Category.objects.create(**({"name": "Home", "slug": slug} | changes))


def make_product(**changes: Any) -> Product:
    """Return a product that shoppers may see, without variants."""
    facts: dict[str, Any] = {
        "brand": changes.get("brand") or make_brand(),
        "category": changes.get("category") or make_category(),
        "title": "Walnut stool",
        "slug": f"product-{ids.new_public_id()}",
        "state": Product.State.ACTIVE,
    }
    return Product.objects.create(**(facts | changes))


def make_variant(
    *, stock: int = 10, price: int | None = 2500, **changes: Any
) -> Variant:
    """Return a variant with so many pieces and a current British price in pence."""
    facts: dict[str, Any] = {
        "product": changes.get("product") or make_product(),
        "sku": f"SKU-{ids.new_public_id()}",
    }
    variant = Variant.objects.create(**(facts | changes))
    Stock.objects.create(variant=variant, on_hand=stock)
    StockMovement.objects.create(
        variant=variant, quantity=stock, reason=StockMovement.Reason.RECEIVED
    )
    if price is not None:
        market = make_market()
        PriceVersion.objects.create(
            variant=variant,
            market=market,
            amount_minor=price,
            currency=market.currency,
            valid_from=clock.now() - dt.timedelta(days=40),
        )
    return variant


def make_bundle(
    *pieces: tuple[Variant, int], price: int = 4000, **changes: Any
) -> Bundle:
    """Return a bundle of variants that is sold in Great Britain."""
    return put_together(
        changes.get("brand") or pieces[0][0].product.brand,
        title=changes.get("title", "Reading corner"),
        pieces=pieces,
        by=make_user(),
        reason="Goes together",
        first_price=(make_market(), price),
    )


def make_offer_limit(**changes: Any) -> OfferLimit:
    """Return a brand's word: from ten pounds up, half an hour, any number."""
    facts: dict[str, Any] = {
        "product": changes.get("product") or make_product(),
        "market": make_market(),
        "lowest_minor": 1000,
        "valid_from": clock.now() - dt.timedelta(days=1),
        "is_above_cost": True,
        "set_by": changes.get("set_by") or make_user(),
    }
    return OfferLimit.objects.create(**(facts | changes))


def make_coupon(**changes: Any) -> Coupon:
    """Return a code of ten per cent off everything in Great Britain."""
    facts: dict[str, Any] = {
        "code": "SPRING10",
        "market": changes.get("market") or make_market(),
        "percent_bps": 1000,
        "valid_from": clock.now() - dt.timedelta(days=1),
    }
    return Coupon.objects.create(**(facts | changes))


def make_livestream(
    *, products: tuple[Product, ...] = (), **changes: Any
) -> Livestream:
    """Return a show scheduled for the next hour with a shelf of products."""
    creator = changes.pop("creator", None) or make_creator()
    facts: dict[str, Any] = {
        "creator": creator,
        "market": creator.market,
        "title": "Sunday stools",
        "starts_at": clock.now() + dt.timedelta(hours=1),
    }
    livestream = Livestream.objects.create(**(facts | changes))
    for position, product in enumerate(products):
        LivestreamProduct.objects.create(
            livestream=livestream, product=product, position=position
        )
    return livestream


def make_duty(market: Market, *, user: User | None = None) -> DutyShift:
    """Put somebody of staff on duty in a market, whatever the clock of a test says."""
    return DutyShift.objects.create(
        market=market,
        user=user or make_user(is_staff=True),
        starts_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        ends_at=dt.datetime(2100, 1, 1, tzinfo=dt.UTC),
    )


def make_replay(**changes: Any) -> Livestream:
    """Return an ended show with a recording that can be watched."""
    ended: dict[str, Any] = {
        "state": Livestream.State.ENDED,
        "started_at": clock.now() - dt.timedelta(seconds=75),
        "ended_at": clock.now(),
    }
    livestream = make_livestream(**(ended | changes))
    Recording.objects.create(
        livestream=livestream,
        state=Recording.State.READY,
        seconds=75,
        ready_at=clock.now(),
    )
    return livestream


def make_paid_order(
    variant: Variant,
    *,
    quantity: int = 1,
    discount: int = 0,
    shipping: int = 395,
    source_ref: str = "",
    user: User | None = None,
) -> Order:
    """Return a paid order of one line at the variant's price; nothing was told."""
    market, now = make_market(), clock.now()
    prices = PriceVersion.objects.filter(variant=variant, market=market)
    price = prices.get(valid_until=None)
    person: dict[str, Any] = {"user": user, "browser_key": ids.new_public_id()}
    cart = Cart.objects.create(market=market, state=Cart.State.CHECKED_OUT, **person)
    goods = price.amount_minor * quantity - discount
    sums: dict[str, Any] = {
        "goods_minor": goods,
        "shipping_minor": shipping,
        "currency": price.currency,
    }
    checkout = Checkout.objects.create(
        cart=cart,
        market=market,
        state=Checkout.State.ORDERED,
        expires_at=now,
        **person,
        **sums,
    )
    order = Order.objects.create(
        number=ids.new_public_id(),
        checkout=checkout,
        brand=variant.product.brand,
        user=user,
        market=market,
        email="sam@people.example",
        address={},
        state=Order.State.PAID,
        tax_minor=tax_within(goods, 2000) + tax_within(shipping, 2000),
        shipping_tax_bps=2000,
        shipping_tax_minor=tax_within(shipping, 2000),
        paid_at=now,
        **sums,
    )
    OrderLine.objects.create(
        order=order,
        variant=variant,
        price_version=price,
        reservation=_commit_pieces(variant, quantity),
        title=str(variant),
        sku=variant.sku,
        quantity=quantity,
        unit_minor=price.amount_minor,
        discount_minor=discount,
        tax_bps=2000,
        tax_minor=tax_within(goods, 2000),
        total_minor=goods,
        currency=price.currency,
        shown_at=now,
        source_ref=source_ref,
    )
    return order


def _commit_pieces(variant: Variant, quantity: int) -> Reservation:
    Stock.objects.filter(variant=variant).update(allocated=F("allocated") + quantity)
    return Reservation.objects.create(
        variant=variant,
        quantity=quantity,
        holder="browser:test",
        state=Reservation.State.COMMITTED,
        expires_at=clock.now(),
    )


def make_place(variant: Variant, **changes: Any) -> WaitingPlace:
    """Return a guest's place in the waiting list of a sold-out variant."""
    name = ids.new_public_id()
    facts: dict[str, Any] = {
        "market": make_market(),
        "holder": f"browser:{name}",
        "user": None,
        "email": f"{name}@people.example",
        "language": "en-gb",
    }
    return join_waiting_list(variant, **(facts | changes))


def make_drop(product: Product, **changes: Any) -> Drop:
    """Return a drop whose waiting room opened now and which opens in two minutes."""
    now = clock.now()
    facts: dict[str, Any] = {
        "title": "Stools at eight",
        "market": make_market(),
        "entry_from": now,
        "opens_at": now + dt.timedelta(minutes=2),
        "ends_at": now + dt.timedelta(hours=1),
    }
    return plan_drop(product, **(facts | changes))
