"""The funnel of shows: steps of those who agreed, stored in batches (N1, L3).

Pages tell what was seen and opened. What was taken, brought to the till and paid is
read afterwards from carts and orders, so that buying costs nothing more. Attribution
reads none of this and is the same whoever refuses (N2).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q

from catalog.models import Product
from livestreams.access.sources import Source, find_source
from livestreams.access.visitors import name_visitor
from livestreams.models import FunnelEvent, FunnelKind, Livestream, Pin
from orders.models import CartLine, OrderLine
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.services import consents

MOST_STEPS = 60
LOOK_BACK = dt.timedelta(hours=2)
KEPT = 13
"""Months that steps are kept; their sums stay."""
TOLD = frozenset({FunnelKind.IMPRESSION, FunnelKind.OPEN})

OLD = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relispartition
    AND relname ~ '^livestreams_funnelevent_[0-9]{4}_[0-9]{2}$' AND relname < %s
"""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that somebody took, and the signed source of where."""

    kind: str
    source: Source
    shopper: str
    at: dt.datetime
    ref: str


def count_steps(
    livestream: Livestream, told: Iterable[tuple[str, str]], *, shopper: str
) -> int:
    """Store what a page of a show tells of somebody who agreed; return how many.

    Args:
        livestream: the show of the page.
        told: step and signed source; what is wrong, old or of another show is left.
        shopper: the name of the account or browser, whose consent was checked.
    """
    now = clock.now()
    steps = []
    for kind, ref in list(told)[:MOST_STEPS]:
        source = find_source(ref) if kind in TOLD else None
        if source is not None and source.livestream == livestream.public_id:
            steps.append(Step(kind, source, shopper, now, new_public_id()))
    return _store(steps)


def collect_steps(*, since: dt.datetime | None = None) -> int:
    """Store what those who agreed took, brought to the till and paid; return how many.

    Args:
        since: from when; the last two hours when left out.

    Safe to repeat: yes, a step is stored once.
    """
    start = since or clock.now() - LOOK_BACK
    steps = [*_list_taken(start), *_list_paid(start)]
    given = consents.find_given(consents.MEASURE, {step.shopper for step in steps})
    agreed = [
        step
        for step in steps
        if step.shopper in given and given[step.shopper] <= step.at
    ]
    return _store(agreed)


def keep_partitions() -> int:
    """Make this and the next month's partition and drop those that are too old.

    Returns:
        How many were dropped.

    Safe to repeat: yes.
    """
    now = clock.now()
    _ensure_months([now, _next_month(now)])
    oldest = now.year * 12 + now.month - 1 - KEPT
    with connection.cursor() as cursor:
        cursor.execute(OLD, [_name_month(oldest // 12, oldest % 12 + 1)])
        names = [row[0] for row in cursor.fetchall()]
        for name in names:
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")
    return len(names)


def _list_taken(since: dt.datetime) -> Iterable[Step]:
    lines = CartLine.objects.exclude(source_ref="").select_related(
        "cart__user", "cart__checkout"
    )
    recent = Q(created_at__gte=since) | Q(cart__checkout__created_at__gte=since)
    for line in lines.filter(recent):
        checkout = getattr(line.cart, "checkout", None)
        who = _name_shopper(line.cart.user, line.cart.browser_key)
        is_copy = checkout is not None and checkout.source_cart_id is not None
        ref, at = line.source_ref, line.created_at
        if not is_copy:
            yield from _read(FunnelKind.ADD, ref, who, at, line.public_id)
        if checkout is not None:
            at = checkout.created_at
            yield from _read(FunnelKind.CHECKOUT, ref, who, at, line.public_id)


def _list_paid(since: dt.datetime) -> Iterable[Step]:
    lines = OrderLine.objects.exclude(source_ref="").filter(order__paid_at__gte=since)
    for line in lines.select_related("order__user", "order__checkout"):
        order = line.order
        assert order.paid_at is not None
        who = _name_shopper(order.user, order.checkout.browser_key)
        yield from _read(
            FunnelKind.PAID, line.source_ref, who, order.paid_at, line.public_id
        )


def _name_shopper(user: object, browser_key: str) -> str:
    public_id = getattr(user, "public_id", "")
    return f"account:{public_id}" if public_id else f"browser:{browser_key}"


def _read(
    kind: str, ref: str, shopper: str, at: dt.datetime, step: str
) -> Iterable[Step]:
    source = find_source(ref, at=at)
    if source is not None:
        yield Step(kind, source, shopper, at, step)


def _store(steps: Sequence[Step]) -> int:
    """Store steps in one statement; those whose show or product is gone are left."""
    if not steps:
        return 0
    shows = dict(
        Livestream.objects.filter(
            public_id__in={step.source.livestream for step in steps}, rehearsal_of=None
        ).values_list("public_id", "pk")
    )
    named = {step.source.product for step in steps}
    products = dict(
        Product.objects.filter(public_id__in=named).values_list("public_id", "pk")
    )
    named = {step.source.pin for step in steps if step.source.pin}
    pins = dict(Pin.objects.filter(public_id__in=named).values_list("public_id", "pk"))
    rows = [
        FunnelEvent(
            at=step.at,
            kind=step.kind,
            livestream_id=shows[step.source.livestream],
            pin_id=pins.get(step.source.pin),
            product_id=products[step.source.product],
            visitor=name_visitor(step.shopper, step.source.livestream),
            ref=step.ref,
        )
        for step in steps
        if step.source.livestream in shows and step.source.product in products
    ]
    with transaction.atomic():
        _ensure_months([row.at for row in rows])
        FunnelEvent.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _ensure_months(moments: Iterable[dt.datetime]) -> None:
    """Make the partitions of months where they are missing."""
    months = {(at.year, at.month) for at in (m.astimezone(dt.UTC) for m in moments)}
    with transaction.atomic(), connection.cursor() as cursor:
        for year, month in sorted(months):
            name = _name_month(year, month)
            cursor.execute("SELECT to_regclass(%s)", [name])
            if cursor.fetchone()[0] is not None:
                continue
            first = dt.datetime(year, month, 1, tzinfo=dt.UTC)
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {connection.ops.quote_name(name)} "
                "PARTITION OF livestreams_funnelevent "
                f"FOR VALUES FROM ('{first.isoformat()}') "
                f"TO ('{_next_month(first).isoformat()}')"
            )


def _next_month(moment: dt.datetime) -> dt.datetime:
    first = dt.datetime(moment.year, moment.month, 1, tzinfo=dt.UTC)
    later = first + dt.timedelta(days=32)
    return later.replace(day=1)


def _name_month(year: int, month: int) -> str:
    return f"livestreams_funnelevent_{year:04}_{month:02}"
