"""The one ledger of stock: holds in one statement, committed, released, lapsed."""

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.db import DataError, connection, transaction

from catalog.errors import BadQuantity, HoldLimit, LimitReached, StockShort, UnderAge
from catalog.models import Reservation, Stock
from catalog.services.limits import refuse_counted_out
from catalog.services.sold_out import forget_sold_out, note_sold_out
from catalog.services.statements import END, FAIR, GIVE, HOLD
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.common.jobs import enqueue_on_commit
from shopfront.models import User

MOST_LIVE_HOLDS = 30
MOST_PIECES = 1000
TELL_TASK = "catalog.tell_places_task"
RETAKEABLE = frozenset({Reservation.State.LAPSED, Reservation.State.RELEASED})


def holder_of(user: User | None, browser_key: str) -> str:
    """Return the stable name of who holds: the account, or else the browser."""
    if user is not None:
        return f"account:{user.public_id}"
    return f"browser:{browser_key}"


def limit_key_of(kind: str, value: str) -> str:
    """Return a keyed hash that counts a person without naming them (B6)."""
    message = f"{kind}:{value}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()


def hold_stock(
    variant_id: int,
    *,
    quantity: int,
    holder: str,
    limit: int = MOST_PIECES,
    limit_keys: Sequence[str] = (),
    seconds: int | None = None,
    cause_kind: str = "",
    cause_ref: str = "",
    user: User | None = None,
) -> Reservation:
    """Hold pieces of a variant for a while, in one statement of its own.

    Args:
        variant_id: what is held.
        quantity: pieces.
        holder: who holds, from `holder_of`.
        limit: most pieces of the variant per limit key.
        limit_keys: keyed hashes that the limit counts, from `limit_key_of`.
        seconds: length of the hold; the site's `HOLD_SECONDS` when left out.
        cause_kind: what it is held for, for example `checkout`.
        cause_ref: public id of that.
        user: the account, where there is one.

    Raises:
        UnderAge: the account is below 18.
        BadQuantity: not a positive whole number.
        HoldLimit: the holder has too many live holds, or a key its limit of pieces.
        StockShort: fewer are left; `extra["available"]` says how many.

    Locks: the counters of the keys, then the stock row, for one statement.
    """
    row = make_row(
        variant_id,
        quantity=quantity,
        holder=holder,
        limit_keys=limit_keys,
        seconds=seconds,
        cause=(cause_kind, cause_ref),
        user=user,
    )
    _refuse_inside_atomic()
    row.pk = _take(row, limit)
    row._state.adding = False
    row._state.db = connection.alias
    return row


def make_row(
    variant_id: int,
    *,
    quantity: int,
    holder: str,
    limit_keys: Sequence[str],
    seconds: int | None,
    cause: tuple[str, str],
    user: User | None,
) -> Reservation:
    """Return a reservation that is not stored yet, for somebody who may have one.

    Raises:
        UnderAge: the account is below 18.
        BadQuantity: not a positive whole number.
    """
    if user is not None and user.is_under_18:
        raise UnderAge
    if not 0 < quantity <= MOST_PIECES:
        raise BadQuantity
    now = clock.now()
    length = settings.HOLD_SECONDS if seconds is None else seconds
    return Reservation(
        public_id=new_public_id(),
        variant_id=variant_id,
        quantity=quantity,
        holder=holder,
        held_at=now,
        expires_at=now + dt.timedelta(seconds=length),
        cause_kind=cause[0],
        cause_ref=cause[1],
        limit_keys=sorted(set(limit_keys)),
    )


def release_stock(reservation_ids: Iterable[int]) -> int:
    """Give held pieces back; return how many holds ended.

    Where shoppers wait for the variant the next of them gets the piece in the same
    statement: it is never free in between. What was noted unheld can be paid no more.

    Safe to repeat: yes, only what is held ends.
    """
    ids = list(reservation_ids)
    if not ids:
        return 0
    Reservation.objects.filter(
        pk__in=ids, state=Reservation.State.UNHELD, ended_at=None
    ).update(ended_at=clock.now())
    return _end(Reservation.State.RELEASED, "id = ANY(%(ids)s)", ids)


def lapse_holds() -> int:
    """End the holds whose time is over; return how many.

    Checkouts extend the holds they need past the gateway's window, so a hold that
    is past its time waits for no payment.

    Safe to repeat: yes; several sweeps may run side by side.
    """
    return _end(Reservation.State.LAPSED, "expires_at <= %(now)s", [])


def extend_holds(reservation_ids: Iterable[int], until: dt.datetime) -> None:
    """Move the end of holds to a later moment.

    Safe to repeat: yes.
    """
    Reservation.objects.filter(
        pk__in=list(reservation_ids),
        state=Reservation.State.HELD,
        expires_at__lt=until,
    ).update(expires_at=until)


def hand_over_hold(
    hold: Reservation, *, until: dt.datetime, cause_kind: str, cause_ref: str
) -> bool:
    """Keep a holder's own hold for something new; False if it has ended.

    Safe to repeat: yes.
    """
    changed = Reservation.objects.filter(
        pk=hold.pk, state=Reservation.State.HELD
    ).update(expires_at=until, cause_kind=cause_kind, cause_ref=cause_ref)
    return bool(changed)


def commit_holds(reservation_ids: Iterable[int]) -> set[int]:
    """Turn holds into promises in the caller's transaction; return those kept.

    Any hold counts, even past its time; a lapsed one is taken anew if stock allows.

    Locks: the reservations' rows; stock rows of those taken anew, in key order.
    """
    ids = sorted(reservation_ids)
    retake_holds(ids)
    rows = Reservation.objects.filter(pk__in=ids, state=Reservation.State.HELD)
    committed = set(
        rows.select_for_update().order_by("pk").values_list("pk", flat=True)
    )
    Reservation.objects.filter(pk__in=committed).update(
        state=Reservation.State.COMMITTED, ended_at=clock.now()
    )
    return committed


def retake_holds(reservation_ids: Iterable[int]) -> set[int]:
    """Hold lapsed or released pieces anew where stock allows; return those held.

    Locks: the reservations' rows in key order, then stock rows in key order.
    """
    with transaction.atomic():
        rows = list(
            Reservation.objects.select_for_update()
            .filter(pk__in=list(reservation_ids))
            .order_by("pk")
        )
        rows.sort(key=lambda row: (row.variant_id, row.pk))
        return {
            row.pk
            for row in rows
            if row.state == Reservation.State.HELD
            or (row.state in RETAKEABLE and not row.gone_count and allocate(row))
        }


def allocate(row: Reservation, *, counted: Sequence[str] = ()) -> bool:
    """Hold pieces by a row that holds none, in the caller's transaction.

    Args:
        row: the reservation, locked.
        counted: the keys that its pieces were counted for just now.

    Returns:
        Whether so many were left.

    Locks: the stock row.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_stock SET allocated = allocated + %s, version = version + 1"
            " WHERE variant_id = %s AND on_hand - allocated >= %s",
            [row.quantity, row.variant_id, row.quantity],
        )
        if not cursor.rowcount:
            return False
    row.state, row.ended_at = Reservation.State.HELD, None
    row.limit_keys = list(counted)
    row.expires_at = clock.now() + dt.timedelta(seconds=settings.HOLD_SECONDS)
    row.save(update_fields=["state", "ended_at", "limit_keys", "expires_at"])
    return True


def count_available(variant_id: int) -> int:
    """Return how many pieces are left; that none is, is remembered for a second."""
    stock = Stock.objects.filter(variant_id=variant_id).first()
    available = stock.available if stock else 0
    if available <= 0:
        note_sold_out(variant_id)
    return available


def _take(row: Reservation, limit: int) -> int:
    facts: dict[str, Any] = {
        "public_id": row.public_id,
        "variant": row.variant_id,
        "quantity": row.quantity,
        "holder": row.holder,
        "now": row.held_at,
        "until": row.expires_at,
        "cause_kind": row.cause_kind,
        "cause_ref": row.cause_ref,
        "keys": row.limit_keys,
        "limit": limit,
        "most": MOST_LIVE_HOLDS,
    }
    if row.limit_keys and row.quantity > limit:
        raise LimitReached(extra={"limit": limit})
    # Autocommit: a BEGIN and COMMIT would hold the row for two more round trips.
    # Only the transaction of a test case needs a savepoint to survive the refusal.
    shelter = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with shelter, connection.cursor() as cursor:
            cursor.execute(HOLD, facts)
            held, _free, live, _undone = cursor.fetchone()
    except DataError:
        held, live = None, 0
    if held is not None:
        return int(held)
    refuse_counted_out(row, limit)
    if live >= MOST_LIVE_HOLDS:
        raise HoldLimit(extra={"limit": MOST_LIVE_HOLDS})
    raise StockShort(extra={"available": count_available(row.variant_id)})


def _end(state: str, which: str, ids: list[int]) -> int:
    now = clock.now()
    facts: dict[str, Any] = {
        "state": state,
        "now": now,
        "ids": ids,
        "offer_until": now + dt.timedelta(seconds=settings.HOLD_SECONDS),
    }
    with connection.cursor() as cursor:
        cursor.execute(END.format(which=which, give=GIVE, fair=FAIR), facts)
        ended, given = cursor.fetchone()
    forget_sold_out()
    if given:
        enqueue_on_commit(TELL_TASK)
    return int(ended)


def _refuse_inside_atomic() -> None:
    """Refuse: the hot row would stay locked until the transaction's end."""
    blocks: list[Any] = list(connection.atomic_blocks)
    if any(not getattr(block, "_from_testcase", False) for block in blocks):
        message = "hold_stock must not run inside a transaction"
        raise RuntimeError(message)
