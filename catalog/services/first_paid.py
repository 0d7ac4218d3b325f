"""Pieces that go to who pays first: noted at the tap, taken at the payment (B5)."""

from collections.abc import Sequence

from django.db import transaction

from catalog.errors import LimitReached, StockShort
from catalog.models import Reservation
from catalog.services.limits import count_pieces, list_limits, refuse_counted_out
from catalog.services.sold_out import is_known_sold_out
from catalog.services.stock import MOST_PIECES, allocate, count_available, make_row
from shopfront.models import User

UNHELD = Reservation.State.UNHELD


def note_wanted(
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
    """Note what somebody means to buy; nothing is held and nothing is counted.

    Args:
        variant_id: what is wanted.
        quantity: pieces.
        holder: who wants them, from `holder_of`.
        limit: most pieces of the variant per limit key.
        limit_keys: keyed hashes that count them once they are paid.
        seconds: how long there is to pay; the site's `HOLD_SECONDS` when left out.
        cause_kind: what they are wanted for, for example `checkout`.
        cause_ref: public id of that.
        user: the account, where there is one.

    Raises:
        UnderAge: the account is below 18.
        BadQuantity: not a positive whole number.
        LimitReached: a key has as many pieces as one may.
        StockShort: fewer are left; `extra["available"]` says how many.
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
    _refuse_gone(row, limit)
    row.state = UNHELD
    row.save(force_insert=True)
    return row


def check_wanted(row: Reservation) -> None:
    """Refuse noted pieces that cannot be had any more, before anybody pays for them.

    Raises:
        LimitReached: a key has as many pieces as one may.
        StockShort: fewer are left; `extra["available"]` says how many.
    """
    limit = list_limits([row.variant_id]).get(row.variant_id, MOST_PIECES)
    _refuse_gone(row, limit)


def take_wanted(reservation_id: int) -> bool:
    """Hold noted pieces now that they are paid; return whether this call did.

    Whose payment comes first has them. From here on they count for the limit.

    Locks: the reservation, the counters of its keys, then the stock row.
    Safe to repeat: yes.
    """
    noted = Reservation.objects.filter(pk=reservation_id, state=UNHELD, ended_at=None)
    try:
        with transaction.atomic(durable=True):
            row = noted.select_for_update().first()
            if row is None:
                return False
            _take(row)
    except (LimitReached, StockShort):
        return False
    return True


def _take(row: Reservation) -> None:
    limit = list_limits([row.variant_id]).get(row.variant_id)
    keys = row.limit_keys if limit is not None else []
    count_pieces(row, keys, limit or MOST_PIECES)
    if not allocate(row, counted=keys):
        raise StockShort(extra={"available": count_available(row.variant_id)})


def _refuse_gone(row: Reservation, limit: int) -> None:
    refuse_counted_out(row, limit)
    is_gone = is_known_sold_out(row.variant_id, holders=())
    available = 0 if is_gone else count_available(row.variant_id)
    if available < row.quantity:
        raise StockShort(extra={"available": available})
