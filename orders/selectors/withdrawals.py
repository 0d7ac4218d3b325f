"""Until when one may withdraw, and what that means for the pieces (O2)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from creators.selectors.bank_days import find_bank_day
from orders.models import Order, OrderLine, Refund, Withdrawal
from shopfront.models import Market

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


def find_withdrawal_end(order: Order) -> dt.datetime | None:
    """Return when the term to withdraw ends; None while it has not begun.

    It begins when the last piece has arrived (Directive 2011/83/EU, Article 9(2)(b)(i);
    Consumer Contracts Regulations 2013, regulation 30).
    """
    if order.delivered_at is None:
        return None
    return end_term(order.market, order.delivered_at)


def end_term(market: Market, arrived_at: dt.datetime) -> dt.datetime:
    """Return when the term ends of an order whose last piece arrived at a moment.

    It runs to the end of its last day in the market, over a weekend or holiday to the
    end of the next working day (Regulation 1182/71, Article 3).
    """
    zone = ZoneInfo(market.time_zone)
    last = arrived_at.astimezone(zone).date()
    last += dt.timedelta(days=market.withdrawal_days)
    last = find_bank_day(market, last)
    return dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=zone)


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
