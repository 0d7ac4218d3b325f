"""What a withdrawal means for its pieces: cancelled unsent, or to be sent back (O2)."""

from collections.abc import Iterable
from dataclasses import dataclass

from orders.models import OrderLine, Refund, Withdrawal

Pieces = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class WithdrawnPieces:
    """Pieces withdrawn from, by whether they had gone: counts and titles."""

    unsent: Pieces
    """Cancelled and paid back at once; nobody has them."""
    away: Pieces
    """With the shopper or on their way there: to be sent back."""

    @property
    def unsent_words(self) -> str:
        """What had not gone, as a sentence names it."""
        return _name(self.unsent)

    @property
    def away_words(self) -> str:
        """What is to be sent back, as a sentence names it."""
        return _name(self.away)


def foresee_withdrawal(chosen: Iterable[tuple[OrderLine, int]]) -> WithdrawnPieces:
    """Return what a statement about these pieces would mean now; no query.

    Of a line that has gone in part, what has not gone counts first.
    """
    parts = [
        (line.title, count, min(count, line.unsent_count)) for line, count in chosen
    ]
    return _split(parts)


def read_withdrawn(
    withdrawal: Withdrawal, refunds: Iterable[Refund]
) -> WithdrawnPieces:
    """Return what a statement meant when it was made.

    Args:
        withdrawal: with its lines and their order lines.
        refunds: those of its order, with their lines.
    """
    key = f"{withdrawal.order.public_id}-{withdrawal.cancel_key}"
    cancelled = {
        part.line_id: part.quantity
        for refund in refunds
        if refund.idempotency_key == key
        for part in refund.lines.all()
    }
    return _split(
        (part.line.title, part.quantity, cancelled.get(part.line_id, 0))
        for part in withdrawal.lines.all()
    )


def _split(parts: Iterable[tuple[str, int, int]]) -> WithdrawnPieces:
    rows = list(parts)
    return WithdrawnPieces(
        unsent=tuple((unsent, title) for title, _, unsent in rows if unsent),
        away=tuple(
            (count - unsent, title) for title, count, unsent in rows if count > unsent
        ),
    )


def _name(pieces: Pieces) -> str:
    return ", ".join(f"{count} \u00d7 {title}" for count, title in pieces)
