"""Checks of parcels, returns and refunds by SQL that shares nothing with services."""

FAULTS = {
    "a line says that more or less was sent than its parcels hold": """
        SELECT line.public_id FROM orders_orderline AS line
        WHERE line.dispatched_count <> (
            SELECT COALESCE(SUM(quantity), 0) FROM orders_shipmentline
            WHERE line_id = line.id
        )
    """,
    "a line says that more or less came back than its returns hold": """
        SELECT line.public_id FROM orders_orderline AS line
        WHERE line.returned_count <> (
            SELECT COALESCE(SUM(quantity), 0) FROM orders_returnline
            WHERE line_id = line.id
        )
    """,
    "a line says that more or less was paid back than its refunds hold": """
        SELECT line.public_id FROM orders_orderline AS line
        WHERE (line.refunded_count, line.refunded_minor) <> (
            SELECT COALESCE(SUM(quantity), 0), COALESCE(SUM(amount_minor), 0)
            FROM orders_refundline WHERE line_id = line.id
        )
    """,
    "an order says that another part of its delivery was paid back": """
        SELECT placed.public_id FROM orders_order AS placed
        WHERE placed.refunded_shipping_minor <> (
            SELECT COALESCE(SUM(part.amount_minor), 0)
            FROM orders_refundline AS part
            JOIN orders_refund AS refund ON refund.id = part.refund_id
            WHERE refund.order_id = placed.id AND part.line_id IS NULL
        )
    """,
    "a refund is not the sum of its lines": """
        SELECT refund.public_id FROM orders_refund AS refund
        WHERE refund.order_id IS NOT NULL AND refund.amount_minor <> (
            SELECT COALESCE(SUM(amount_minor), 0) FROM orders_refundline
            WHERE refund_id = refund.id
        )
    """,
    "a paid order was cancelled and its money kept": """
        SELECT placed.public_id FROM orders_order AS placed
        WHERE placed.state = 'cancelled' AND placed.paid_at IS NOT NULL
            AND placed.goods_minor + placed.shipping_minor <> (
                SELECT COALESCE(SUM(amount_minor), 0) FROM orders_refund
                WHERE order_id = placed.id
            )
    """,
    "a parcel's pieces did not leave the stock": """
        SELECT parcel.public_id FROM orders_shipment AS parcel
        WHERE (
            SELECT COALESCE(SUM(quantity), 0) FROM orders_shipmentline
            WHERE shipment_id = parcel.id
        ) <> (
            SELECT COALESCE(-SUM(quantity), 0) FROM catalog_stockmovement
            WHERE cause_kind = 'shipment' AND cause_ref = parcel.public_id
        )
    """,
    "a return's pieces are not on the shelf again": """
        SELECT parcel.public_id FROM orders_return AS parcel
        WHERE (
            SELECT COALESCE(SUM(quantity), 0) FROM orders_returnline
            WHERE parcel_id = parcel.id AND is_sellable
        ) <> (
            SELECT COALESCE(SUM(quantity), 0) FROM catalog_stockmovement
            WHERE cause_kind = 'return' AND cause_ref = parcel.public_id
        )
    """,
    "a refund was not taken back in the ledger": """
        SELECT refund.public_id FROM orders_refund AS refund
        JOIN shopfront_outbox AS message
            ON message.topic = 'orders.refund_reversal'
            AND message.payload ->> 'refund' = refund.public_id
        CROSS JOIN LATERAL (
            SELECT COALESCE(-SUM(entry.amount_minor), 0) AS minor
            FROM creators_ledgertransaction AS posting
            JOIN creators_entry AS entry ON entry.transaction_id = posting.id
            JOIN creators_account AS side
                ON side.id = entry.account_id AND side.kind = 'shopper_clearing'
            WHERE posting.kind = 'reversal' AND posting.cause_kind = 'refund'
                AND split_part(posting.cause_ref, ':', 1) = refund.public_id
        ) AS taken
        WHERE message.state = 'done' AND refund.amount_minor <> taken.minor AND (
            taken.minor > refund.amount_minor OR NOT EXISTS (
                SELECT 1 FROM orders_dispute AS dispute
                WHERE dispute.payment_id = refund.payment_id
                    AND dispute.state = 'lost'
            )
        )
    """,
}
