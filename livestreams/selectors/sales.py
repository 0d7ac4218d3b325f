"""What a show sells while it runs: net of returns, per pin, line by line (N1)."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models.functions import Coalesce

from creators.models import Commission
from creators.selectors.run_days import expect_payment, find_rule
from creators.selectors.show_lines import LineSale, list_line_sales
from livestreams.models import Livestream, SaidOnAir
from shopfront.common.money import Money

SALES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class StudioSale:
    """One line that this show sold."""

    title: str
    base: Money
    commission: Money
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class PinSales:
    """What was bought at one pin, or beside any of them."""

    pin: str
    """Public id, empty for the shelf and other ways."""
    title: str
    placed_at: dt.datetime | None
    line_count: int
    net: Money


@dataclass(frozen=True, slots=True)
class StudioSales:
    """What a show has sold so far; `net` and `gross` are what shoppers paid."""

    count: int
    gross: Money
    net: Money
    commission: Money
    pins: tuple[PinSales, ...]
    newest: tuple[StudioSale, ...]
    paid_on: dt.date | None
    """When the newest line is paid if its parcel is not late, where a rule says so."""


def read_sales(livestream: Livestream) -> StudioSales:
    """Return what a show sold, net of what was given back; six queries."""
    currency = livestream.market.currency
    rows = list(
        Commission.objects.filter(
            creator=livestream.creator_id,
            show_ref=livestream.public_id,
            currency=currency,
        )
        .exclude(state=Commission.State.REVERSED)
        .order_by("-sold_at", "-id")
    )
    sales = list_line_sales(livestream.creator, livestream.public_id)
    return StudioSales(
        count=len(rows),
        gross=Money(sum(sale.gross_minor for sale in sales.values()), currency),
        net=Money(sum(sale.net_minor for sale in sales.values()), currency),
        commission=Money(sum(row.due.minor for row in rows), currency),
        pins=_sum_by_pin(livestream, sales),
        newest=tuple(
            StudioSale(row.title, row.base, row.due, row.sold_at)
            for row in rows[:SALES_SHOWN]
        ),
        paid_on=_expect(livestream, rows[0]) if rows else None,
    )


def _expect(livestream: Livestream, newest: Commission) -> dt.date | None:
    rule = find_rule(livestream.market, newest.settles_at.date())
    return expect_payment(rule, newest.settles_at) if rule is not None else None


def _sum_by_pin(
    livestream: Livestream, sales: dict[str, LineSale]
) -> tuple[PinSales, ...]:
    """Return the sales of each pin in the order of the pins, the rest last."""
    records = SaidOnAir.objects.filter(livestream=livestream, pin__isnull=False)
    pins: dict[str, tuple[str, str, dt.datetime]] = {
        line: (pin, title, placed_at)
        for line, pin, title, placed_at in records.values_list(
            "line__public_id",
            "pin__public_id",
            Coalesce("pin__bundle__title", "pin__product__title"),
            "pin__placed_at",
        )
    }
    counts: dict[tuple[str, str, dt.datetime] | None, list[int]] = defaultdict(list)
    for line_ref, sale in sales.items():
        counts[pins.get(line_ref)].append(sale.net_minor)
    currency = livestream.market.currency
    found = [
        PinSales(
            pin=key[0] if key else "",
            title=key[1] if key else "",
            placed_at=key[2] if key else None,
            line_count=len(nets),
            net=Money(sum(nets), currency),
        )
        for key, nets in counts.items()
    ]
    return tuple(
        sorted(
            found, key=lambda one: (not one.pin, one.placed_at or livestream.starts_at)
        )
    )
