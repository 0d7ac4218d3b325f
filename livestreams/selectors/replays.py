"""What a replay shows in step with its picture: chapters from pins, and the chat."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Q

from catalog.models import PriceVersion
from catalog.selectors import ProductCard, cards_for
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import ChatMessage, Livestream, Pin, Shielding
from shopfront.common import clock
from shopfront.common.money import Money

MOST_LINES = 200
MOST_WINDOW = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A product that was on screen: from when until when, at which price."""

    pin: str
    product_id: int
    card: ProductCard
    at_ms: int
    until_ms: int
    offset: int
    """Whole seconds after the show's start."""
    price_then: Money | None
    """What it cost then, where that is not today's price."""
    source_ref: str


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

    A product that cannot be bought here any more is left out.
    """
    pins = list(Pin.objects.filter(livestream=livestream).order_by("placed_at", "id"))
    cards = {
        card.public_id: card
        for card in cards_for({pin.product_id for pin in pins}, livestream.market)
    }
    prices = list(_list_prices(livestream, pins))
    names = _name_products(livestream)
    return [
        _describe(livestream, pin, cards[names[pin.product_id]], prices, surface)
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


def _list_prices(
    livestream: Livestream, pins: Sequence[Pin]
) -> Sequence[tuple[int, int, str, dt.datetime, dt.datetime | None]]:
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
    prices: Sequence[tuple[int, int, str, dt.datetime, dt.datetime | None]],
    surface: Surface,
) -> Chapter:
    at = pin.media_time or pin.placed_at
    start = livestream.started_at or at
    then = [
        Money(amount, currency)
        for product, amount, currency, since, until in prices
        if product == pin.product_id
        and since <= pin.placed_at
        and (until is None or until > pin.placed_at)
    ]
    lowest = min(then, key=lambda money: money.minor, default=None)
    return Chapter(
        pin=pin.public_id,
        product_id=pin.product_id,
        card=card,
        at_ms=_in_ms(at),
        until_ms=_in_ms(pin.removed_at or livestream.ended_at or clock.now()),
        offset=max(0, round((at - start).total_seconds())),
        price_then=lowest if lowest != card.price else None,
        source_ref=mint_source_ref(
            surface,
            livestream=livestream.public_id,
            product=card.public_id,
            pin=pin.public_id,
        ),
    )


def _in_ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
