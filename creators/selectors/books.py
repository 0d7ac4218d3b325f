"""Checks of the books by SQL that shares nothing with the services that write them."""

from django.db import connection

CHECKS = {
    "a posting does not sum to zero": """
        SELECT t.public_id FROM creators_ledgertransaction t
        JOIN creators_entry e ON e.transaction_id = t.id
        GROUP BY t.public_id, e.currency HAVING SUM(e.amount_minor) <> 0
    """,
    "an entry is in another currency than its account": """
        SELECT a.public_id FROM creators_entry e
        JOIN creators_account a ON a.id = e.account_id WHERE a.currency <> e.currency
    """,
    "money is not conserved": """
        SELECT currency FROM creators_entry
        GROUP BY currency HAVING SUM(amount_minor) <> 0
    """,
    "a creator's pending balance is not the sum of pending lines": """
        SELECT a.public_id FROM creators_account a
        JOIN creators_creator p ON p.public_id = a.owner_ref
        WHERE a.kind = 'creator_pending' AND
            (SELECT COALESCE(-SUM(e.amount_minor), 0) FROM creators_entry e
             WHERE e.account_id = a.id) <>
            (SELECT COALESCE(SUM(c.amount_minor - c.reversed_minor), 0)
             FROM creators_commission c
             WHERE c.creator_id = p.id AND c.currency = a.currency
               AND c.state = 'pending')
    """,
    "a creator's balance is below zero": """
        SELECT a.public_id FROM creators_account a
        JOIN creators_entry e ON e.account_id = a.id
        WHERE a.owner_kind IN ('creator', 'person')
        GROUP BY a.public_id HAVING SUM(e.amount_minor) > 0
    """,
    "a commission is more than its base": """
        SELECT public_id FROM creators_commission
        WHERE amount_minor > base_minor OR amount_minor < 0
    """,
    "a settled commission names no settlement": """
        SELECT public_id FROM creators_commission
        WHERE state = 'settled' AND (settlement_id IS NULL OR settled_at IS NULL)
    """,
    "a settlement does not move what its lines had": """
        SELECT t.public_id FROM creators_ledgertransaction t
        WHERE t.kind = 'settlement' AND
            (SELECT COALESCE(SUM(e.amount_minor), 0) FROM creators_entry e
             WHERE e.transaction_id = t.id AND e.amount_minor > 0) >
            (SELECT COALESCE(SUM(c.amount_minor), 0) FROM creators_commission c
             WHERE c.settlement_id = t.id)
    """,
    "more came back than was sold": """
        SELECT s.public_id FROM creators_ledgertransaction s
        JOIN creators_ledgertransaction r ON r.reverses_id = s.id
        JOIN creators_entry b ON b.transaction_id = r.id
        JOIN creators_account a ON a.id = b.account_id AND a.kind = 'shopper_clearing'
        GROUP BY s.id, s.public_id
        HAVING -SUM(b.amount_minor) >
            (SELECT SUM(e.amount_minor) FROM creators_entry e
             JOIN creators_account c ON c.id = e.account_id
             WHERE e.transaction_id = s.id AND c.kind = 'shopper_clearing')
    """,
    "a snapshot is not the sum of its entries": """
        SELECT a.public_id FROM creators_balancesnapshot s
        JOIN creators_account a ON a.id = s.account_id
        WHERE s.amount_minor <>
            (SELECT COALESCE(SUM(e.amount_minor), 0) FROM creators_entry e
             WHERE e.account_id = s.account_id AND e.id <= s.last_entry_id)
    """,
    "a payout is not the sum of its lines": """
        SELECT p.public_id FROM creators_payout p
        LEFT JOIN creators_payoutline l ON l.payout_id = p.id
        GROUP BY p.id HAVING COALESCE(SUM(l.amount_minor), 0) <> p.amount_minor
    """,
    "paid out is not the sum of payouts that stand": """
        SELECT a.public_id FROM creators_account a
        WHERE a.kind = 'paid_out' AND
            (SELECT COALESCE(-SUM(e.amount_minor), 0) FROM creators_entry e
             WHERE e.account_id = a.id) <>
            (SELECT COALESCE(SUM(p.amount_minor), 0) FROM creators_payout p
             JOIN creators_account f ON f.id = p.account_id
             WHERE f.owner_kind = a.owner_kind AND f.owner_ref = a.owner_ref
               AND f.currency = a.currency
               AND p.state NOT IN ('rejected', 'returned'))
    """,
    "a line was paid out beyond what it earned": """
        SELECT c.public_id FROM creators_commission c
        JOIN creators_payoutline l ON l.commission_id = c.id
        JOIN creators_payout p ON p.id = l.payout_id
            AND p.state NOT IN ('rejected', 'returned')
        GROUP BY c.id HAVING SUM(l.amount_minor) > c.amount_minor
    """,
    "an entry was paid out twice": """
        SELECT l.entry_id::text FROM creators_payoutline l
        JOIN creators_payout p ON p.id = l.payout_id
            AND p.state NOT IN ('rejected', 'returned')
        WHERE l.entry_id IS NOT NULL GROUP BY l.entry_id HAVING COUNT(*) > 1
    """,
    "escrow is not the sum of the guarantees that hold money": """
        SELECT a.public_id FROM creators_account a
        WHERE a.kind = 'escrow' AND
            (SELECT COALESCE(-SUM(e.amount_minor), 0) FROM creators_entry e
             WHERE e.account_id = a.id) <>
            (SELECT COALESCE(SUM(g.funded_minor), 0) FROM creators_guarantee g
             JOIN creators_agreement t ON t.id = g.agreement_id
             JOIN creators_account p ON p.id = t.payer_id
             WHERE p.owner_kind = a.owner_kind AND p.owner_ref = a.owner_ref
               AND g.currency = a.currency AND g.state IN ('open', 'funded'))
    """,
    "a guarantee has another sum than its fundings": """
        SELECT g.public_id FROM creators_guarantee g
        WHERE g.funded_minor <>
            (SELECT COALESCE(SUM(f.kept_minor), 0) FROM creators_guaranteefunding f
             WHERE f.guarantee_id = g.id AND f.state = 'confirmed')
    """,
    "what a bank took back of a funding is not what is posted": """
        SELECT f.public_id FROM creators_guaranteefunding f
        WHERE f.lost_minor <>
            (SELECT COALESCE(-SUM(e.amount_minor), 0) FROM creators_entry e
             JOIN creators_ledgertransaction x ON x.id = e.transaction_id
             JOIN creators_account a ON a.id = e.account_id
             WHERE x.kind IN ('funding_taken', 'funding_back') AND a.kind = 'gateway'
               AND split_part(x.cause_ref, ':', 1) = f.public_id)
    """,
    "a creator did not get what an earned guarantee says": """
        SELECT g.public_id FROM creators_guarantee g
        WHERE g.state = 'earned' AND g.due_minor <>
            (SELECT COALESCE(-SUM(e.amount_minor), 0) FROM creators_entry e
             JOIN creators_account a ON a.id = e.account_id
             JOIN creators_creator c ON c.public_id = a.owner_ref
             WHERE e.transaction_id = g.posting_id AND c.id = g.creator_id
               AND a.kind = 'creator_available')
    """,
    "commission within a guarantee is not what was set off": """
        SELECT g.public_id FROM creators_guarantee g
        JOIN creators_agreement t ON t.id = g.agreement_id
        WHERE g.offset_minor <>
            (SELECT COALESCE(SUM(e.amount_minor), 0) FROM creators_entry e
             JOIN creators_ledgertransaction x ON x.id = e.transaction_id
             JOIN creators_account a ON a.id = e.account_id
             WHERE x.kind = 'guarantee_offset' AND a.kind = 'creator_available'
               AND split_part(x.cause_ref, ':', 1) = g.public_id)
           OR g.offset_minor <> CASE WHEN t.pays = 'greater' AND g.state = 'earned'
               THEN LEAST(g.due_minor, g.sold_minor) ELSE 0 END
    """,
    "a creator did not get what an overtime premium says": """
        SELECT g.public_id FROM creators_overtimepremium p
        JOIN creators_guarantee g ON g.id = p.guarantee_id
        WHERE p.amount_minor <>
            (SELECT COALESCE(-SUM(e.amount_minor), 0) FROM creators_entry e
             JOIN creators_ledgertransaction x ON x.id = e.transaction_id
             JOIN creators_account a ON a.id = e.account_id
             JOIN creators_creator c ON c.public_id = a.owner_ref
             WHERE x.kind = 'overtime_premium' AND a.kind = 'creator_available'
               AND c.id = g.creator_id
               AND split_part(x.cause_ref, ':', 1) = g.public_id)
    """,
    "a helper did not get what an overtime premium says": """
        SELECT g.public_id FROM creators_dutypremium p
        JOIN creators_guarantee g ON g.id = p.guarantee_id
        LEFT JOIN creators_creator c ON c.id = p.creator_id
        LEFT JOIN shopfront_user u ON u.id = p.person_id
        WHERE p.amount_minor <>
            (SELECT COALESCE(-SUM(e.amount_minor), 0) FROM creators_entry e
             JOIN creators_ledgertransaction x ON x.id = e.transaction_id
             JOIN creators_account a ON a.id = e.account_id
             WHERE x.kind = 'overtime_premium' AND e.currency = p.currency
               AND (a.kind, a.owner_ref) IN (('creator_available', c.public_id),
                   ('helper_payable', u.public_id))
               AND split_part(x.cause_ref, ':', 1) = g.public_id)
           OR p.posted_minor <> p.amount_minor
    """,
    "a helper did not get what was collected of an overtime premium": """
        SELECT p.show_ref FROM creators_dutypremium p
        LEFT JOIN creators_creator c ON c.id = p.creator_id
        LEFT JOIN shopfront_user u ON u.id = p.person_id
        WHERE p.payer_id IS NOT NULL AND p.posted_minor + p.borne_minor <>
            (SELECT COALESCE(-SUM(e.amount_minor), 0) FROM creators_entry e
             JOIN creators_ledgertransaction x ON x.id = e.transaction_id
             JOIN creators_account a ON a.id = e.account_id
             WHERE x.kind = 'overtime_premium' AND x.cause_kind = 'duty_premium'
               AND (a.kind, a.owner_ref) IN (('creator_available', c.public_id),
                   ('helper_payable', u.public_id)) AND e.amount_minor < 0
               AND split_part(x.cause_ref, ':', 1) = p.show_ref
               AND split_part(x.cause_ref, ':', 2) = COALESCE(c.public_id, u.public_id)
               AND e.currency = p.currency)
    """,
    "a creator did not pay what was collected of an overtime premium": """
        SELECT p.show_ref FROM creators_dutypremium p
        JOIN creators_creator y ON y.id = p.payer_id
        LEFT JOIN creators_creator c ON c.id = p.creator_id
        LEFT JOIN shopfront_user u ON u.id = p.person_id
        WHERE p.posted_minor > p.amount_minor OR p.posted_minor <>
            (SELECT COALESCE(SUM(e.amount_minor), 0) FROM creators_entry e
             JOIN creators_ledgertransaction x ON x.id = e.transaction_id
             JOIN creators_account a ON a.id = e.account_id
             WHERE x.kind IN ('overtime_premium', 'overtime_back')
               AND x.cause_kind = 'duty_premium'
               AND a.kind = 'creator_available' AND a.owner_ref = y.public_id
               AND split_part(x.cause_ref, ':', 1) = p.show_ref
               AND split_part(x.cause_ref, ':', 2) = COALESCE(c.public_id, u.public_id)
               AND e.currency = p.currency)
    """,
    "an overtime premium was posted that nobody owes": """
        SELECT x.public_id FROM creators_ledgertransaction x
        WHERE x.cause_kind = 'duty_premium' AND NOT EXISTS
            (SELECT FROM creators_dutypremium p
             LEFT JOIN creators_creator c ON c.id = p.creator_id
             LEFT JOIN shopfront_user u ON u.id = p.person_id
             WHERE p.payer_id IS NOT NULL
               AND split_part(x.cause_ref, ':', 1) = p.show_ref
               AND split_part(x.cause_ref, ':', 2) = COALESCE(c.public_id, u.public_id))
    """,
    "a number of a creator's invoices is missing": """
        SELECT p.public_id FROM creators_selfbilledinvoice i
        JOIN creators_creator p ON p.id = i.creator_id
        GROUP BY p.public_id, i.kind HAVING MAX(i.number) <> COUNT(*)
    """,
    "an invoice is not the sum of its payout": """
        SELECT i.name FROM creators_selfbilledinvoice i
        JOIN creators_payout p ON p.id = i.payout_id
        WHERE i.currency <> p.currency OR i.total_minor <> p.amount_minor -
            (SELECT COALESCE(SUM(l.amount_minor), 0) FROM creators_payoutline l
             JOIN creators_entry e ON e.id = l.entry_id
             JOIN creators_ledgertransaction x ON x.id = e.transaction_id
             WHERE l.payout_id = p.id AND (x.kind = 'overtime_back'
                OR x.kind = 'overtime_premium' AND l.amount_minor < 0))
    """,
    "a payout left the balance of another owner": """
        SELECT p.public_id FROM creators_payout p
        JOIN creators_account a ON a.id = p.account_id
        JOIN creators_payoutdetails d ON d.id = p.details_id
        WHERE a.owner_ref <> d.owner_ref OR a.owner_kind <> d.owner_kind
           OR a.currency <> p.currency
    """,
}


def find_book_faults() -> list[str]:
    """Return every fault of the ledger as a sentence; empty when money is conserved."""
    faults = []
    with connection.cursor() as cursor:
        for sentence, query in CHECKS.items():
            cursor.execute(query)
            faults += [f"{sentence}: {row[0]}" for row in cursor.fetchall()]
    return faults


def list_totals() -> list[tuple[str, str, int]]:
    """Return currency, kind of account and the sum of its entries, debit positive."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT a.currency, a.kind, SUM(e.amount_minor) FROM creators_entry e
            JOIN creators_account a ON a.id = e.account_id
            GROUP BY a.currency, a.kind ORDER BY a.currency, a.kind
        """)
        return [(currency, kind, int(minor)) for currency, kind, minor in cursor]
