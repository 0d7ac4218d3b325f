"""Checks of payments by SQL that shares nothing with the services that write them."""

from django.conf import settings
from django.db import connections

from orders.selectors import aftercare

FAULTS = {
    "paid money has neither goods nor a refund": """
        SELECT payment.public_id FROM orders_payment AS payment
        WHERE payment.state = 'paid' AND payment.amount_minor > COALESCE((
            SELECT SUM(goods_minor + shipping_minor) FROM orders_order
            WHERE checkout_id = payment.checkout_id
                AND state IN ('paid', 'dispatched', 'delivered')
        ), 0) + COALESCE((
            SELECT SUM(amount_minor) FROM orders_refund
            WHERE payment_id = payment.id
        ), 0)
    """,
    "more went back than came": """
        SELECT payment.public_id FROM orders_payment AS payment
        WHERE payment.amount_minor < COALESCE((
            SELECT SUM(amount_minor) FROM orders_refund
            WHERE payment_id = payment.id AND state = 'done'
        ), 0) + COALESCE((
            SELECT SUM(amount_minor) FROM orders_dispute
            WHERE payment_id = payment.id AND state = 'lost'
        ), 0)
    """,
    "an order is paid without a payment": """
        SELECT placed.public_id FROM orders_order AS placed
        WHERE placed.state IN ('paid', 'dispatched', 'delivered') AND NOT EXISTS (
            SELECT 1 FROM orders_payment
            WHERE checkout_id = placed.checkout_id AND state = 'paid'
        )
    """,
    "a paid order's goods are not promised": """
        SELECT DISTINCT placed.public_id FROM orders_order AS placed
        JOIN orders_orderline AS line ON line.order_id = placed.id
        JOIN catalog_reservation AS held ON held.id = line.reservation_id
        WHERE placed.paid_at IS NOT NULL AND (
            held.quantity <> line.quantity OR held.variant_id <> line.variant_id
            OR held.gone_count <> line.dispatched_count + line.cancelled_count
            OR (held.state = 'committed') <> (held.gone_count < held.quantity)
            OR held.state NOT IN ('committed', 'dispatched', 'released')
        )
    """,
    "one hold was sold to two paid orders": """
        SELECT held.public_id FROM catalog_reservation AS held
        JOIN orders_orderline AS line ON line.reservation_id = held.id
        JOIN orders_order AS placed ON placed.id = line.order_id
        WHERE placed.paid_at IS NOT NULL
        GROUP BY held.public_id HAVING count(*) > 1
    """,
    "an order is not the sum of its lines": """
        SELECT placed.public_id FROM orders_order AS placed
        WHERE placed.goods_minor <> (
            SELECT COALESCE(SUM(total_minor), 0) FROM orders_orderline
            WHERE order_id = placed.id
        )
    """,
    "a card payment of a guarantee is paid and not posted, or posted and not paid": """
        SELECT COALESCE(paid.public_id, posted.reference)
        FROM (SELECT public_id, amount_minor FROM orders_fundingpayment
            WHERE state = 'paid') AS paid
        FULL JOIN (SELECT reference, amount_minor FROM creators_guaranteefunding
            WHERE source = 'payment' AND state = 'confirmed') AS posted
        ON posted.reference = paid.public_id
            AND posted.amount_minor = paid.amount_minor
        WHERE paid.public_id IS NULL OR posted.reference IS NULL
    """,
    "the books do not say what of a guarantee's payment was taken back": """
        SELECT paid.public_id FROM orders_fundingpayment AS paid
        JOIN creators_guaranteefunding AS posted
            ON posted.source = 'payment' AND posted.reference = paid.public_id
        WHERE posted.lost_minor <> COALESCE((
            SELECT SUM(amount_minor) FROM orders_fundingloss
            WHERE payment_id = paid.id AND taken_at IS NOT NULL AND back_at IS NULL
        ), 0)
    """,
} | aftercare.FAULTS
OURS = """
SELECT payment.public_id, payment.state, payment.amount_minor, payment.currency,
    COALESCE((SELECT SUM(amount_minor) FROM orders_refund
        WHERE payment_id = payment.id AND state = 'done'
            AND provider_ref NOT LIKE 'hand:%'), 0),
    COALESCE((SELECT SUM(amount_minor) FROM orders_refund
        WHERE payment_id = payment.id), 0)
FROM orders_payment AS payment WHERE payment.gateway = 'sandbox'
UNION ALL
SELECT funding.public_id, funding.state, funding.amount_minor, funding.currency,
    COALESCE((SELECT SUM(amount_minor) FROM orders_fundingloss
        WHERE payment_id = funding.id AND kind = 'refund'
            AND taken_at IS NOT NULL AND back_at IS NULL), 0), 0
FROM orders_fundingpayment AS funding WHERE funding.gateway = 'sandbox'
"""
THEIRS = """
SELECT charge.reference, charge.amount_minor, charge.currency,
    COALESCE((SELECT SUM(amount_minor) FROM orders_sandboxrefund
        WHERE charge_id = charge.id AND 'done' IN (state, notified_state)), 0)
FROM orders_sandboxcharge AS charge WHERE charge.state = 'succeeded'
"""
SANDBOX = "sandbox"


def find_payment_faults() -> list[str]:
    """Compare orders, payments and the sandbox gateway's own books.

    Returns a sentence per fault, none when all is well. What is still under way
    (an undecided payment, a refund not yet sent) is no fault.
    """
    found = []
    with connections["default"].cursor() as cursor:
        for sentence, query in FAULTS.items():
            cursor.execute(query)
            found += [f"{sentence}: {row[0]}" for row in cursor.fetchall()]
    if SANDBOX in settings.DATABASES:
        found += _compare_books()
    return found


def _compare_books() -> list[str]:
    with connections[SANDBOX].cursor() as cursor:
        cursor.execute(THEIRS)
        charges = {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
    with connections["default"].cursor() as cursor:
        cursor.execute(OURS)
        payments = {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
    found = []
    for reference, (state, amount, currency, refunded, owed) in payments.items():
        charge = charges.pop(reference, None)
        if state == "paid" and charge != (amount, currency, refunded):
            found.append(f"payment {reference} is not as the gateway booked it")
        elif state in {"failed", "cancelled"} and charge and charge[0] != owed:
            found.append(f"charged without a paid payment: {reference}")
    return found + [f"charged for no payment of ours: {one}" for one in charges]
