"""The least that a run could be: plain SQL in one transaction, then undone."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

from tests.bench.payout_lab import Fill

Counts = dict[str, int]
QUIET = (
    "creators_commission",
    "creators_ledgertransaction",
    "creators_entry",
    "creators_payout",
    "creators_payoutline",
    "creators_payoutrun",
)
PUBLIC_ID = "substr(md5(random()::text), 1, 16)"
SETTLE = f"""
CREATE TEMP TABLE settling ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('creators_ledgertransaction', 'id')) AS id,
    {PUBLIC_ID} AS public_id, person.id AS creator_id, person.public_id AS owner_ref,
    due.currency, due.minor
FROM (
    SELECT creator_id, currency, SUM(amount_minor - reversed_minor) AS minor
    FROM creators_commission WHERE state = 'pending' AND settles_at <= now()
    GROUP BY creator_id, currency
) AS due JOIN creators_creator AS person ON person.id = due.creator_id;
ANALYZE settling;
INSERT INTO creators_ledgertransaction
    (id, public_id, kind, cause_kind, cause_ref, rule_version, at)
SELECT id, public_id, 'settlement', 'creator', owner_ref || ':' || public_id,
    'plain', now() FROM settling;
UPDATE creators_commission AS line
SET state = 'settled', settled_at = now(), settlement_id = settling.id
FROM settling
WHERE line.creator_id = settling.creator_id AND line.currency = settling.currency
    AND line.state = 'pending' AND line.settles_at <= now();
INSERT INTO creators_entry (transaction_id, account_id, amount_minor, currency)
SELECT settling.id, account.id, settling.minor * side.sign, settling.currency
FROM settling
CROSS JOIN (VALUES ('creator_pending', 1), ('creator_available', -1))
    AS side (kind, sign)
JOIN creators_account AS account ON account.kind = side.kind
    AND account.owner_kind = 'creator' AND account.owner_ref = settling.owner_ref
    AND account.currency = settling.currency;
"""
PAY = f"""
CREATE TEMP TABLE paying ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('creators_ledgertransaction', 'id')) AS id,
    nextval(pg_get_serial_sequence('creators_payout', 'id')) AS payout_id,
    {PUBLIC_ID} AS public_id, settling.creator_id, settling.currency, settling.minor,
    payable.id AS account_id, paid_out.id AS paid_out_id, details.id AS details_id
FROM settling
JOIN creators_account AS payable ON payable.kind = 'creator_available'
    AND payable.owner_kind = 'creator' AND payable.owner_ref = settling.owner_ref
    AND payable.currency = settling.currency
JOIN creators_account AS paid_out ON paid_out.kind = 'paid_out'
    AND paid_out.owner_kind = 'creator' AND paid_out.owner_ref = settling.owner_ref
    AND paid_out.currency = settling.currency
JOIN creators_payoutdetails AS details ON details.owner_kind = 'creator'
    AND details.owner_ref = settling.owner_ref;
ANALYZE paying;
INSERT INTO creators_ledgertransaction
    (id, public_id, kind, cause_kind, cause_ref, rule_version, at)
SELECT id, public_id, 'payout', 'payout', public_id, 'plain', now() FROM paying;
INSERT INTO creators_entry (transaction_id, account_id, amount_minor, currency)
SELECT paying.id, side.account_id, side.minor, paying.currency
FROM paying CROSS JOIN LATERAL (
    VALUES (paying.account_id, paying.minor), (paying.paid_out_id, -paying.minor)
) AS side (account_id, minor);
INSERT INTO creators_payout (id, public_id, run_id, account_id, details_id,
    amount_minor, currency, state, reason, posting_id, invoice_number,
    created_at, changed_at)
SELECT payout_id, public_id, %(run)s, account_id, details_id, minor, currency,
    'claimed', '', id, '', now(), now() FROM paying;
INSERT INTO creators_payoutline (payout_id, commission_id, title, reversed_minor,
    paid_minor, amount_minor)
SELECT paying.payout_id, line.id, line.title, line.reversed_minor, 0,
    line.amount_minor - line.reversed_minor
FROM paying JOIN creators_commission AS line
    ON line.creator_id = paying.creator_id AND line.currency = paying.currency
WHERE line.settlement_id IS NOT NULL;
UPDATE creators_payoutrun SET state = 'prepared' WHERE id = %(run)s;
SET CONSTRAINTS ALL IMMEDIATE;
"""


@dataclass(frozen=True)
class Plain:
    """How long plain SQL took, and how many rows came to each table."""

    seconds: float
    written: Counts


def pay_plainly(fill: Fill, count: Callable[[], Counts]) -> Plain:
    """Settle and pay all in one transaction without triggers, and undo it.

    Indexes, constraints and foreign keys stay, and are checked before the clock stops.
    """
    from creators.models import PayoutRule
    from creators.services.payouts import open_run

    before = count()
    with transaction.atomic(), connection.cursor() as cursor:
        for table in QUIET:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        run = open_run(PayoutRule.objects.get(pk=fill.rule), fill.day)
        started = time.perf_counter()
        cursor.execute(SETTLE)
        cursor.execute(PAY, {"run": run.pk})
        seconds = time.perf_counter() - started
        after = count()
        transaction.set_rollback(True)
    written = {name: number - before[name] for name, number in after.items()}
    return Plain(seconds, written)
