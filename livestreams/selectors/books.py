"""Whether every paid order reached the ledger, by SQL that shares nothing with it."""

from django.db import connection

ORDERS_AGAINST_LEDGER = """
    SELECT o.public_id FROM orders_order o
    JOIN shopfront_outbox m
      ON m.topic = 'livestreams.order_paid' AND m.payload ->> 'order' = o.public_id
    WHERE m.state = 'done' AND o.goods_minor + o.shipping_minor <> (
        SELECT COALESCE(SUM(e.amount_minor), 0)
        FROM creators_ledgertransaction t
        JOIN creators_entry e ON e.transaction_id = t.id
        JOIN creators_account a ON a.id = e.account_id AND a.kind = 'shopper_clearing'
        WHERE (t.kind = 'delivery' AND t.cause_ref = o.public_id)
           OR (t.kind = 'sale' AND t.cause_ref IN (
               SELECT l.public_id FROM orders_orderline l WHERE l.order_id = o.id))
    )
"""


def find_sale_faults() -> list[str]:
    """Return each attributed order whose postings are not what the shopper paid."""
    with connection.cursor() as cursor:
        cursor.execute(ORDERS_AGAINST_LEDGER)
        rows = cursor.fetchall()
    return [
        f"the ledger does not hold what was paid for order {row[0]}" for row in rows
    ]
