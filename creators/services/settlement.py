"""Settlement: commissions past their day move from pending to available (E5)."""

import datetime as dt

import structlog
from django.db import connection, transaction

from creators.errors import SaleMissing
from creators.models import Account, Commission, Creator, LedgerTransaction
from creators.selectors.payable import SETTLEMENT
from creators.services import ledger
from creators.services.guarantee_offsets import offset_settled
from creators.services.sales import LINE, SALE
from creators.services.shares import SETTLEMENT_RULE
from shopfront.common import clock, ids

log = structlog.get_logger(__name__)

SETTLE_LINES = """
WITH due AS (
    SELECT id FROM creators_commission
    WHERE creator_id = %(creator)s AND currency = %(currency)s
      AND state = 'pending' AND settles_at <= %(now)s
    ORDER BY id FOR UPDATE
), moved AS (
    UPDATE creators_commission AS line
    SET state = 'settled', settled_at = %(now)s, settlement_id = %(settlement)s
    FROM due WHERE line.id = due.id
    RETURNING line.amount_minor - line.reversed_minor AS due_minor
)
SELECT COUNT(*), COALESCE(SUM(due_minor), 0) FROM moved
"""


def settle_commissions() -> int:
    """Settle every commission that is due; return how many lines moved.

    One posting per creator, currency and run, each in its own short transaction, so
    that a run cut off anywhere goes on where it was.

    Safe to repeat: yes, and side by side; a line settles once.
    """
    now = clock.now()
    due = Commission.objects.filter(
        state=Commission.State.PENDING, settles_at__lte=now
    ).order_by("creator_id", "currency")
    groups = due.values_list("creator_id", "currency").distinct()
    creators = Creator.objects.in_bulk([key for key, _ in groups])
    count = sum(
        _settle_creator(creators[key], currency, now) for key, currency in groups
    )
    if count:
        log.info("creators.settled", lines=count)
    return count


def start_return_window(line_ref: str, *, ends_at: dt.datetime) -> bool:
    """Let the commission of a delivered line settle when its return window ends (E5).

    Returns:
        Whether a commission of this line was still pending.

    Raises:
        SaleMissing: the line is not posted yet.

    Safe to repeat: yes.
    """
    sales = LedgerTransaction.objects.filter(
        kind=SALE, cause_kind=LINE, cause_ref=line_ref
    )
    if not sales.exists():
        raise SaleMissing
    pending = Commission.objects.filter(
        line_ref=line_ref, state=Commission.State.PENDING
    )
    return bool(pending.update(settles_at=ends_at))


def _settle_creator(creator: Creator, currency: str, now: dt.datetime) -> int:
    """Settle one creator's due lines in one statement; the posting gets their sum."""
    with transaction.atomic():
        settlement = LedgerTransaction.objects.create(
            kind=SETTLEMENT,
            cause_kind="creator",
            cause_ref=f"{creator.public_id}:{ids.new_public_id()}",
            rule_version=SETTLEMENT_RULE,
            at=now,
        )
        facts: dict[str, int | str | dt.datetime] = {
            "creator": creator.pk,
            "currency": currency,
            "now": now,
            "settlement": settlement.pk,
        }
        with connection.cursor() as cursor:
            cursor.execute(SETTLE_LINES, facts)
            count, total = cursor.fetchone()
        if not count:
            transaction.set_rollback(True)
            return 0
        kinds = Account.Kind
        ledger.post_entries(
            settlement,
            currency=currency,
            sides=[
                (
                    ledger.ensure_creator_account(creator, kind, currency),
                    int(total) * sign,
                )
                for kind, sign in (
                    (kinds.CREATOR_PENDING, 1),
                    (kinds.CREATOR_AVAILABLE, -1),
                )
            ],
        )
        offset_settled(settlement, creator, currency)
    return int(count)
