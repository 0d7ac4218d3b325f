"""Pieces of an order's lines, chosen by staff and checked before anything moves."""

from collections.abc import Callable, Mapping

from orders.errors import NothingChosen, OrderNotPaid, PiecesWrong
from orders.models import Order, OrderLine
from shopfront.common.errors import DomainError

Wanted = Mapping[str, int]
"""Public ids of order lines and how many pieces of each."""
Chosen = list[tuple[OrderLine, int]]


def lock_paid_order(order: Order) -> Order:
    """Return the order's row, locked to the end of the open transaction.

    Each step of an order's life begins here, so that steps at once follow each other.

    Raises:
        OrderNotPaid: its money is not there.

    Locks: the order's row.
    """
    locked = (
        Order.objects.select_for_update(of=("self",))
        .select_related("market", "brand", "checkout")
        .get(pk=order.pk)
    )
    if locked.paid_at is None:
        raise OrderNotPaid
    return locked


def choose_pieces(
    order: Order,
    wanted: Wanted | None,
    *,
    left: Callable[[OrderLine], int],
    refusal: type[DomainError],
) -> Chosen:
    """Return lines of an order with the pieces chosen of each, in order of stock rows.

    Args:
        order: locked by `lock_paid_order`.
        wanted: what is asked for; all that is left when None.
        left: how many pieces of a line may be chosen.
        refusal: raised where more are asked for.

    Raises:
        PiecesWrong: not lines of this order, or not whole numbers from 0.
        NothingChosen: not one piece.
    """
    lines = {
        line.public_id: line
        for line in order.lines.select_related("variant", "reservation")
    }
    if wanted is None:
        wanted = {line.public_id: left(line) for line in lines.values()}
    if not wanted.keys() <= lines.keys() or not all(map(_is_count, wanted.values())):
        raise PiecesWrong
    chosen = [(lines[key], count) for key, count in wanted.items() if count]
    if not chosen:
        raise NothingChosen
    for line, count in chosen:
        if count > left(line):
            raise refusal(extra={"line": line.public_id, "left": left(line)})
    return sorted(chosen, key=lambda pair: (pair[0].variant_id, pair[0].pk))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
