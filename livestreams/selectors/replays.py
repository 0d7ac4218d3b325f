"""What a replay shows in step with its picture: chapters from pins, and the chat."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Q
from django.urls import reverse

from catalog.models import Bundle, BundlePrice, PriceVersion
from catalog.selectors import ProductCard, cards_for
from catalog.selectors.bundles import BundleView, describe_bundles
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import ChatMessage, Livestream, Pin, Shielding
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.common.units import UnitPrice

MOST_LINES = 200
MOST_WINDOW = dt.timedelta(minutes=5)
PriceThen = tuple[int, int, str, dt.datetime, dt.datetime | None]
"""Whose price, how much, from when until when."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A product or bundle that was on screen: from when until when, at which price."""

    pin: str
    product_id: int
    card: ProductCard
    """The product, of a bundle that of the part that leads it."""
    bundle: BundleView | None
    """The bundle, where one was shown that is sold today."""
    at_ms: int
    until_ms: int
    offset: int
    """Whole seconds after the show's start."""
    price_then: Money | None
    """What it cost then, where that is not today's price."""
    source_ref: str
    lowest: Money | None = None
    """The lowest price of the 30 days before, where an earlier one was said in the
    show that the record denies (D3)."""

    @property
    def title(self) -> str:
        """What was shown, in the reader's language."""
        return self.bundle.bundle.shown_title if self.bundle else self.card.title

    @property
    def price(self) -> Money:
        """What it costs today."""
        return self.bundle.price if self.bundle else self.card.price

    @property
    def unit_price(self) -> UnitPrice | None:
        """What it costs today by measure."""
        return self.bundle.unit_price if self.bundle else self.card.unit_price

    @property
    def is_from_price(self) -> bool:
        """Whether other variants of it cost more."""
        return self.card.is_from_price and self.bundle is None

    @property
    def available(self) -> int:
        """How many can be had."""
        return self.bundle.available if self.bundle else self.card.available

    @property
    def waiting(self) -> int:
        """How many wait for it; whoever misses a bundle waits for a part."""
        return 0 if self.bundle else self.card.waiting

    @property
    def url(self) -> str:
        """The address of its page."""
        return self.bundle.bundle.get_absolute_url() if self.bundle else self.card.url

    @property
    def sheet_url(self) -> str:
        """The address of its sheet."""
        if self.bundle:
            return reverse("catalog:bundle-sheet", args=[self.bundle.bundle.public_id])
        return reverse("catalog:product-sheet", args=[self.card.slug])


class ChatLine(TypedDict):
    """A line of chat as the replay's page reads it."""

    id: str
    at: int
    name: str
    badges: list[str]
    text: str
    answers: str
    """Whom it answers, while that line stands."""


def list_chapters(
    livestream: Livestream, *, surface: Surface = Surface.REPLAY
) -> list[Chapter]:
    """Return a show's pins in their order, in a constant number of queries.

    A product that cannot be bought here any more is left out; in the place of a
    bundle that is not sold today stands the part that led it.
    """
    pins = list(Pin.objects.filter(livestream=livestream).order_by("placed_at", "id"))
    bundles = _read_bundles(livestream, pins)
    cards = {
        card.public_id: card
        for card in cards_for({pin.product_id for pin in pins}, livestream.market)
    }
    prices = [
        *_list_prices(livestream, pins),
        *_list_bundle_prices(livestream, bundles),
    ]
    names = _name_products(livestream)
    return [
        _describe(
            livestream,
            pin,
            cards[names[pin.product_id]],
            bundles.get(pin.bundle_id or 0),
            prices,
            surface,
        )
        for pin in pins
        if names.get(pin.product_id) in cards
    ]


def list_chat_between(
    livestream: Livestream,
    after: dt.datetime,
    until: dt.datetime,
    *,
    is_calm: bool = False,
) -> list[ChatLine]:
    """Return what was said in a stretch of a show and still stands; one query.

    A stretch is at most five minutes, and at most its last 200 lines. A calm one, for
    who was on camera, leaves out what the shield took aside (C6, C10).
    """
    rows = (
        ChatMessage.objects.select_related("reply_to")
        .filter(
            livestream=livestream,
            state=ChatMessage.State.VISIBLE,
            at__gte=max(after, until - MOST_WINDOW),
            at__lt=until,
        )
        .order_by("-at", "-id")
    )
    if is_calm:
        let_in = Q(shielding__kind=Shielding.Kind.REMARK)  # by a moderator
        rows = rows.filter(Q(shielding=None) | let_in)
    return [
        ChatLine(
            id=row.public_id,
            at=_in_ms(row.at),
            name=row.author_name,
            badges=row.badges,
            text=row.text,
            answers=_name_answered(row),
        )
        for row in reversed(rows[:MOST_LINES])
    ]


def _name_answered(row: ChatMessage) -> str:
    quoted = row.reply_to
    is_shown = quoted is not None and quoted.state == ChatMessage.State.VISIBLE
    return quoted.author_name if quoted is not None and is_shown else ""


def _name_products(livestream: Livestream) -> Mapping[int, str]:
    rows = Pin.objects.filter(livestream=livestream)
    return dict(rows.values_list("product_id", "product__public_id"))


def _read_bundles(
    livestream: Livestream, pins: Sequence[Pin]
) -> Mapping[int, BundleView]:
    """Return the pinned bundles that are sold today, by key."""
    keys = {pin.bundle_id for pin in pins if pin.bundle_id}
    if not keys:
        return {}
    rows = Bundle.objects.filter(pk__in=keys, is_active=True)
    views = describe_bundles(rows, livestream.market, most=len(keys))
    return {view.bundle.pk: view for view in views if not view.rests}


def _list_bundle_prices(
    livestream: Livestream, bundles: Mapping[int, BundleView]
) -> Sequence[PriceThen]:
    """Return the prices that bundles ever had here, under keys below zero."""
    if not bundles:
        return []
    rows = BundlePrice.objects.filter(bundle__in=bundles, market=livestream.market_id)
    return [
        (
            -row.bundle_id,
            row.amount_minor,
            row.currency,
            row.valid_from,
            row.valid_until,
        )
        for row in rows
    ]


def _list_prices(livestream: Livestream, pins: Sequence[Pin]) -> Sequence[PriceThen]:
    """Return the prices of the pinned products that were public during the show."""
    if not pins:
        return []
    first, last = pins[0].placed_at, pins[-1].placed_at
    rows = PriceVersion.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=first),
        variant__product__in={pin.product_id for pin in pins},
        variant__is_active=True,
        market=livestream.market_id,
        valid_from__lte=last,
    )
    return list(
        rows.values_list(
            "variant__product", "amount_minor", "currency", "valid_from", "valid_until"
        )
    )


def _describe(
    livestream: Livestream,
    pin: Pin,
    card: ProductCard,
    bundle: BundleView | None,
    prices: Sequence[PriceThen],
    surface: Surface,
) -> Chapter:
    at = pin.media_time or pin.placed_at
    start = livestream.started_at or at
    key = -bundle.bundle.pk if bundle else pin.product_id
    then = [
        Money(amount, currency)
        for product, amount, currency, since, until in prices
        if product == key
        and since <= pin.placed_at
        and (until is None or until > pin.placed_at)
    ]
    lowest = min(then, key=lambda money: money.minor, default=None)
    price = bundle.price if bundle else card.price
    return Chapter(
        pin=pin.public_id,
        product_id=pin.product_id,
        card=card,
        bundle=bundle,
        at_ms=_in_ms(at),
        until_ms=_in_ms(pin.removed_at or livestream.ended_at or clock.now()),
        offset=max(0, round((at - start).total_seconds())),
        price_then=lowest if lowest != price else None,
        source_ref=mint_source_ref(
            surface,
            livestream=livestream.public_id,
            product=card.public_id,
            pin=pin.public_id,
        ),
        lowest=(
            None
            if pin.lowest_minor is None
            else Money(pin.lowest_minor, livestream.market.currency)
        ),
    )


def _in_ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
