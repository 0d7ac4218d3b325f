"""Checks that every payment's money is in the ledger and leaves clearing whole.

By SQL that shares nothing with the services that write; what the outbox has not
carried out yet is no fault, what it gave up is one. Nor is a refund that waits for the
bank that disputes its payment.
"""

from django.db import connection

IN_FLIGHT = """
SELECT EXISTS (
    SELECT 1 FROM shopfront_outbox WHERE state = 'waiting' AND topic IN (
        'orders.cash', 'orders.refund', 'orders.refund_reversal',
        'orders.dispute_lost', 'livestreams.order_paid'
    )
)
"""
POSTED = """
    SELECT COALESCE(SUM(entry.amount_minor), 0) FROM creators_ledgertransaction AS made
    JOIN creators_entry AS entry ON entry.transaction_id = made.id
    JOIN creators_account AS account ON account.id = entry.account_id
    WHERE account.kind = 'gateway' AND entry.currency = told.currency
        AND made.cause_kind = %s AND made.cause_ref = told.public_id
"""
CAUSES = {
    "payment": ("orders_payment", "told.state = 'paid'", 1),
    "refund": ("orders_refund", "told.state IN ('done', 'taken')", -1),
    "dispute": ("orders_dispute", "told.state = 'lost'", -1),
}
CLEARING = """
WITH sold AS (
    SELECT payment.public_id AS payment, made.id
    FROM orders_payment AS payment
    JOIN orders_order AS placed ON placed.checkout_id = payment.checkout_id
        AND placed.paid_at IS NOT NULL
    JOIN creators_ledgertransaction AS made ON
        (made.kind = 'delivery' AND made.cause_ref = placed.public_id)
        OR (made.kind = 'sale' AND made.cause_ref IN (
            SELECT public_id FROM orders_orderline WHERE order_id = placed.id
        ))
    WHERE payment.state = 'paid'
), moved AS (
    SELECT payment, id FROM sold
    UNION ALL
    SELECT sold.payment, back.id FROM sold
    JOIN creators_ledgertransaction AS back ON back.reverses_id = sold.id
    UNION ALL
    SELECT payment.public_id, made.id FROM orders_payment AS payment
    JOIN creators_ledgertransaction AS made ON made.cause_ref IN (
        SELECT payment.public_id
        UNION ALL SELECT public_id FROM orders_refund WHERE payment_id = payment.id
        UNION ALL SELECT public_id FROM orders_dispute WHERE payment_id = payment.id
    ) AND made.cause_kind IN ('payment', 'refund', 'dispute')
    WHERE made.kind IN ('charge', 'cash_back', 'chargeback')
)
SELECT moved.payment FROM moved
JOIN creators_entry AS entry ON entry.transaction_id = moved.id
JOIN creators_account AS account ON account.id = entry.account_id
WHERE account.kind = 'shopper_clearing' AND NOT EXISTS (
    SELECT 1 FROM orders_payment AS held
    JOIN orders_refund AS refund ON refund.payment_id = held.id
    JOIN orders_dispute AS dispute ON dispute.payment_id = held.id
    WHERE held.public_id = moved.payment AND refund.state = 'pending'
        AND dispute.state IN ('open', 'answered')
)
GROUP BY moved.payment HAVING SUM(entry.amount_minor) <> 0
"""
UNEXPLAINED = """
SELECT made.public_id FROM creators_ledgertransaction AS made
WHERE made.kind IN ('charge', 'cash_back', 'chargeback') AND NOT EXISTS (
    SELECT 1 FROM orders_payment WHERE public_id = made.cause_ref
    UNION ALL SELECT 1 FROM orders_refund WHERE public_id = made.cause_ref
    UNION ALL SELECT 1 FROM orders_dispute WHERE public_id = made.cause_ref
)
"""


def find_cash_faults() -> list[str]:
    """Follow money from payments through clearing; a sentence per fault.

    While something is on its way nothing can be said, so nothing is found.
    """
    faults = []
    with connection.cursor() as cursor:
        cursor.execute(IN_FLIGHT)
        if cursor.fetchone()[0]:
            return []
        for cause, (table, condition, sign) in CAUSES.items():
            cursor.execute(
                f"SELECT told.public_id FROM {table} AS told WHERE {condition} "  # noqa: S608
                f"AND told.amount_minor * {sign} <> ({POSTED})",
                [cause],
            )
            faults += [
                f"the ledger lacks the money of {cause} {row[0]}"
                for row in cursor.fetchall()
            ]
        cursor.execute(CLEARING)
        faults += [
            f"money of payment {row[0]} is left in clearing"
            for row in cursor.fetchall()
        ]
        cursor.execute(UNEXPLAINED)
        faults += [f"cash without a payment: {row[0]}" for row in cursor.fetchall()]
    return faults
