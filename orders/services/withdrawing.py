"""Withdrawal from a contract by a button, in two steps (O2, K8).

Directive 2011/83/EU, Articles 9 to 11a (the last as added by Directive 2023/2673): a
statement with name, contract and address for the acknowledgement is enough, and it is
acknowledged at once, with its content, date and time.
"""

from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from orders.errors import NameMissing, PiecesWithdrawn, WithdrawalOver
from orders.models import Order, OrderLine, Withdrawal, WithdrawalLine
from orders.selectors.withdrawals import find_withdrawal_end, read_withdrawn
from orders.services.addresses import check_email
from orders.services.cancelling import cancel_pieces
from orders.services.mails import link_of, send_mail
from orders.services.pieces import Chosen, Wanted, choose_pieces, lock_paid_order
from orders.services.rules import read_key
from shopfront.common import clock
from shopfront.models import Outbox, User
from shopfront.services import outbox

WITHDRAWN_TOPIC = "orders.withdrawn"
LONGEST_NAME = 120


def count_withdrawable(line: OrderLine) -> int:
    """Return the pieces of a line that can still be withdrawn from; one query."""
    stated = line.withdrawn.aggregate(count=Sum("quantity"))["count"] or 0
    kept = line.quantity - line.cancelled_count - line.returned_count
    return max(0, min(kept, line.quantity - stated))


def can_withdraw(order: Order) -> bool:
    """Whether the term is open and some piece is left."""
    end = find_withdrawal_end(order)
    is_over = end is not None and clock.now() >= end
    if order.paid_at is None or is_over:
        return False
    return any(count_withdrawable(line) for line in order.lines.all())


def withdraw(
    order: Order,
    wanted: Wanted | None,
    *,
    name: str,
    email: str,
    by: User | None,
    key: str,
) -> Withdrawal:
    """Take a shopper's statement of withdrawal and acknowledge it by e-mail.

    Pieces that have not gone are cancelled and paid back at once; the others are
    paid back when they are here again.

    Args:
        order: a paid one.
        wanted: pieces per line; all that are left when None.
        name: who states it.
        email: where the acknowledgement goes.
        by: the account, if there is one.
        key: of this attempt.

    Raises:
        OrderNotPaid: there is no contract.
        WithdrawalOver: the term has ended.
        NameMissing, BadAddress: who states it is not clear.
        PiecesWrong, NothingChosen, PiecesWithdrawn: not these pieces.

    Locks: the order's row.
    Safe to repeat: yes, once per key.
    """
    clean_name, clean_email = _check_name(name), check_email(email)
    with transaction.atomic():
        locked = lock_paid_order(order)
        known = locked.withdrawals.filter(key=read_key(key)).first()
        if known is not None:
            return known
        end = find_withdrawal_end(locked)
        if end is not None and clock.now() >= end:
            raise WithdrawalOver
        chosen = choose_pieces(
            locked, wanted, left=count_withdrawable, refusal=PiecesWithdrawn
        )
        withdrawal = Withdrawal.objects.create(
            order=locked, name=clean_name, email=clean_email, key=key
        )
        WithdrawalLine.objects.bulk_create(
            WithdrawalLine(withdrawal=withdrawal, line=line, quantity=count)
            for line, count in chosen
        )
        _cancel_unsent(locked, chosen, withdrawal, by)
        outbox.post(
            WITHDRAWN_TOPIC,
            f"withdrawn:{withdrawal.public_id}",
            {"withdrawal": withdrawal.public_id},
        )
    order.refresh_from_db()
    return withdrawal


def acknowledge_withdrawal(message: Outbox) -> None:
    """Send the acknowledgement: what was stated, and on which day and at what time.

    Safe to repeat: yes, mail programs drop a second one by its Message-ID.
    """
    withdrawal = (
        Withdrawal.objects.select_related(
            "order__checkout", "order__brand", "order__market"
        )
        .prefetch_related("lines__line", "order__refunds__lines")
        .get(public_id=message.payload["withdrawal"])
    )
    order = withdrawal.order
    pieces = [(part.quantity, part.line.title) for part in withdrawal.lines.all()]
    with translation.override(order.checkout.language):
        heading = _("We have your withdrawal")
        send_mail(
            "news",
            to=withdrawal.email,
            key=f"withdrawn-{withdrawal.public_id}",
            subject=f"{heading}: {order.number}",
            facts={
                "heading": heading,
                "words": _word_acknowledgement(withdrawal),
                "pieces": pieces,
                "order": order,
                "link": link_of(order),
            },
        )


def _word_acknowledgement(withdrawal: Withdrawal) -> list[str]:
    """Say what was stated, what is cancelled, and what alone is to be sent back."""
    order = withdrawal.order
    parts = read_withdrawn(withdrawal, order.refunds.all())
    moment = withdrawal.stated_at.astimezone(ZoneInfo(order.market.time_zone))
    facts = {
        "name": withdrawal.name,
        "number": order.number,
        "moment": date_format(moment, "DATETIME_FORMAT"),
        "zone": order.market.time_zone,
        "seller": order.brand.trader_name,
        "address": ", ".join(order.brand.trader_address.splitlines()),
        "unsent": parts.unsent_words,
        "away": parts.away_words,
    }
    stated = _(
        "On %(moment)s (%(zone)s) %(name)s stated to withdraw from the contract "
        "with %(seller)s about the pieces above, of order %(number)s."
    )
    unsent = _("Not sent yet, so cancelled and paid back now: %(unsent)s.")
    away = _(
        "Please send back, also if it still has to arrive: %(away)s. Send it within 14 "
        "days to %(seller)s, %(address)s. Its price, and standard delivery where you "
        "withdraw from all, go back to your means of payment as soon as it is here."
    )
    nothing = _("There is nothing to send back.")
    said = [stated, unsent if parts.unsent else "", away if parts.away else nothing]
    return [words % facts for words in said if words]


def _cancel_unsent(
    order: Order, chosen: Chosen, withdrawal: Withdrawal, by: User | None
) -> None:
    unsent = {
        line.public_id: min(count, line.unsent_count)
        for line, count in chosen
        if line.unsent_count
    }
    if unsent:
        cancel_pieces(
            order,
            unsent,
            by=by,
            reason="withdrawn by the shopper",
            key=withdrawal.cancel_key,
        )


def _check_name(name: str) -> str:
    clean = " ".join(name.split())
    if not 0 < len(clean) <= LONGEST_NAME:
        raise NameMissing
    return clean
