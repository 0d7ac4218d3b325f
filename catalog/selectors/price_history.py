"""What a product has cost: the dated rows, and a step line drawn from them (D3, F4)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from catalog.models import PriceVersion, Product
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.models import Market

SHOWN = dt.timedelta(days=90)
MOST_ROWS = 40
WIDTH, HEIGHT = 320, 80


@dataclass(frozen=True, slots=True)
class PastPrice:
    """A price with its time; `until` is empty while it holds."""

    variant: str
    price: Money
    is_offer: bool
    since: dt.datetime
    until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """The newest rows first, and the lowest price of the product as a line."""

    rows: tuple[PastPrice, ...]
    points: str
    highest: Money
    lowest: Money
    since: dt.datetime
    width: int = WIDTH
    height: int = HEIGHT


def read_price_history(product: Product, market: Market) -> PriceHistory | None:
    """Return the prices of the last 90 days; None where one price held; one query."""
    now = clock.now()
    since = now - SHOWN
    versions = list(
        PriceVersion.objects.ever_in_force()
        .filter(
            Q(valid_until=None) | Q(valid_until__gt=since),
            variant__product=product,
            variant__is_active=True,
            market=market,
            valid_from__lte=now,
        )
        .select_related("variant")
        .order_by("-valid_from", "variant__position", "-id")
    )
    if len({one.variant_id for one in versions}) == len(versions):
        return None
    start = max(since, min(one.valid_from for one in versions))
    steps = _find_steps(versions, start, now)
    amounts = [amount for _at, amount in steps]
    high, low = max(amounts), min(amounts)
    return PriceHistory(
        rows=tuple(_describe(one, now) for one in versions[:MOST_ROWS]),
        points=_draw(steps, start, now, (low, high)),
        highest=Money(high, market.currency),
        lowest=Money(low, market.currency),
        since=start,
    )


def _find_steps(
    versions: list[PriceVersion], start: dt.datetime, now: dt.datetime
) -> list[tuple[dt.datetime, int]]:
    """Return the moments at which the product's lowest price became another."""
    moments = {start} | {one.valid_from for one in versions if one.valid_from > start}
    moments |= {
        one.valid_until
        for one in versions
        if one.valid_until is not None and start < one.valid_until <= now
    }
    steps: list[tuple[dt.datetime, int]] = []
    for at in sorted(moments):
        held = [
            one.amount_minor
            for one in versions
            if one.valid_from <= at
            and (one.valid_until is None or one.valid_until > at)
        ]
        if held and (not steps or steps[-1][1] != min(held)):
            steps.append((at, min(held)))
    return steps


def _draw(
    steps: list[tuple[dt.datetime, int]],
    start: dt.datetime,
    now: dt.datetime,
    reach: tuple[int, int],
) -> str:
    """Return the corners of the line; the highest price is at the top."""
    length = max((now - start).total_seconds(), 1.0)
    low, high = reach
    corners: list[tuple[int, int]] = []
    for at, amount in steps:
        x = round((at - start).total_seconds() / length * WIDTH)
        y = round((high - amount) / max(high - low, 1) * HEIGHT)
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, y))
    corners.append((WIDTH, corners[-1][1]))
    return " ".join(f"{x},{y}" for x, y in corners)


def _describe(one: PriceVersion, now: dt.datetime) -> PastPrice:
    is_over = one.valid_until is not None and one.valid_until <= now
    return PastPrice(
        variant=one.variant.shown_title,
        price=one.price,
        is_offer=one.offer_id is not None,
        since=one.valid_from,
        until=one.valid_until if is_over else None,
    )
