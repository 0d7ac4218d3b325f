"""The statements that settle and pay many creators: each is one round trip."""

# Lines are locked in key order, so that two of them that meet wait for each other and
# never in a ring. What is posted is what the rows say once they are ours.
SETTLE = """
WITH owner AS MATERIALIZED (
    SELECT * FROM unnest(%(creators)s::bigint[], %(owners)s::text[],
        %(public_ids)s::text[], %(causes)s::text[])
    AS given (creator_id, owner_ref, public_id, cause_ref)
), due AS MATERIALIZED (
    SELECT id, creator_id FROM creators_commission
    WHERE creator_id = ANY(%(creators)s::bigint[]) AND currency = %(currency)s
        AND state = 'pending' AND settles_at <= %(now)s
    ORDER BY id FOR NO KEY UPDATE
), posting AS (
    INSERT INTO creators_ledgertransaction
        (public_id, kind, cause_kind, cause_ref, rule_version, at)
    SELECT public_id, %(kind)s, 'creator', cause_ref, %(rule)s, %(now)s
    FROM owner WHERE creator_id IN (SELECT creator_id FROM due)
    RETURNING id, public_id
), mine AS (
    SELECT posting.id, owner.creator_id, owner.owner_ref
    FROM posting JOIN owner USING (public_id)
), moved AS (
    UPDATE creators_commission AS line
    SET state = 'settled', settled_at = %(now)s, settlement_id = mine.id
    FROM due JOIN mine USING (creator_id) WHERE line.id = due.id
    RETURNING mine.id, mine.owner_ref,
        line.amount_minor - line.reversed_minor AS due_minor
), total AS MATERIALIZED (
    SELECT id, owner_ref, COUNT(*) AS lines, SUM(due_minor)::bigint AS due_minor
    FROM moved GROUP BY id, owner_ref
), entry AS (
    INSERT INTO creators_entry (transaction_id, account_id, amount_minor, currency)
    SELECT total.id, account.id, total.due_minor * side.sign, %(currency)s
    FROM total
    CROSS JOIN (VALUES ('creator_pending', 1), ('creator_available', -1))
        AS side (kind, sign)
    JOIN creators_account AS account ON account.kind = side.kind
        AND account.owner_kind = 'creator' AND account.owner_ref = total.owner_ref
        AND account.currency = %(currency)s
    WHERE total.due_minor <> 0
    ORDER BY total.id, side.sign DESC
)
SELECT id, lines FROM total
"""

# The same lines as `list_payable_lines` finds for a creator, seen at one moment. Who
# has entries of guarantees is told apart, and nothing of theirs is written. A run
# changes what the planner knows of its tables, so rows of other owners are kept out of
# reach: lines are found by their creator only, payouts by account or key.
CLAIM = """
WITH owner AS MATERIALIZED (
    SELECT given.*, person.id AS creator_id, paid_out.id AS paid_out_id,
        EXISTS (
            SELECT FROM creators_entry AS entry
            JOIN creators_ledgertransaction AS posting
                ON posting.id = entry.transaction_id
            WHERE entry.account_id = given.account_id
                AND posting.kind = ANY(%(of_shows)s::text[])
        ) AS has_shows,
        (
            SELECT COUNT(*) > 0 FROM creators_payout AS payout
            WHERE payout.account_id = given.account_id
                AND payout.run_id + 0 = %(run)s
        ) AS is_paid
    FROM unnest(%(accounts)s::bigint[], %(owners)s::text[], %(details)s::bigint[],
        %(least)s::bigint[], %(public_ids)s::text[], %(postings)s::text[])
    AS given (account_id, owner_ref, details_id, least, public_id, posting_ref)
    JOIN creators_creator AS person ON person.public_id = given.owner_ref
    JOIN creators_account AS paid_out ON paid_out.kind = 'paid_out'
        AND paid_out.owner_kind = 'creator' AND paid_out.owner_ref = given.owner_ref
        AND paid_out.currency = %(currency)s
), earned AS MATERIALIZED (
    SELECT owner.account_id, line.id, line.title, line.sold_at, line.reversed_minor,
        paid.minor AS paid_minor,
        line.amount_minor - line.reversed_minor - paid.minor AS rest_minor
    FROM owner
    JOIN creators_commission AS line ON line.creator_id = owner.creator_id
        AND line.currency = %(currency)s AND COALESCE(line.settlement_id, 0) > 0
    CROSS JOIN LATERAL (
        SELECT COALESCE(SUM(before.amount_minor), 0)::bigint AS minor
        FROM creators_payoutline AS before
        WHERE before.commission_id = line.id AND (
            SELECT payout.state FROM creators_payout AS payout
            WHERE payout.id = before.payout_id
        ) <> ALL(%(failed)s::text[])
    ) AS paid
    WHERE NOT owner.has_shows AND NOT owner.is_paid
), line AS MATERIALIZED (
    SELECT * FROM earned WHERE rest_minor < 0 OR rest_minor > 0 AND NOT EXISTS (
        SELECT FROM creators_linehold AS hold
        WHERE hold.commission_id = earned.id AND hold.released_at IS NULL
    )
), payee AS MATERIALIZED (
    SELECT owner.account_id, owner.paid_out_id, owner.details_id, owner.public_id,
        owner.posting_ref, SUM(line.rest_minor)::bigint AS total_minor
    FROM owner JOIN line USING (account_id)
    GROUP BY owner.account_id, owner.paid_out_id, owner.details_id, owner.public_id,
        owner.posting_ref, owner.least
    HAVING SUM(line.rest_minor) >= owner.least
), posting AS (
    INSERT INTO creators_ledgertransaction
        (public_id, kind, cause_kind, cause_ref, rule_version, at)
    SELECT posting_ref, %(kind)s, %(kind)s, public_id, %(rule)s, %(now)s FROM payee
    RETURNING id, public_id
), entry AS (
    INSERT INTO creators_entry (transaction_id, account_id, amount_minor, currency)
    SELECT posting.id, side.account_id, side.amount_minor, %(currency)s
    FROM payee JOIN posting ON posting.public_id = payee.posting_ref
    CROSS JOIN LATERAL (
        VALUES (payee.account_id, payee.total_minor),
            (payee.paid_out_id, -payee.total_minor)
    ) AS side (account_id, amount_minor)
    ORDER BY posting.id, side.amount_minor DESC
), payout AS (
    INSERT INTO creators_payout (public_id, run_id, account_id, details_id,
        amount_minor, currency, state, reason, posting_id, invoice_number,
        created_at, changed_at)
    SELECT payee.public_id, %(run)s, payee.account_id, payee.details_id,
        payee.total_minor, %(currency)s, 'claimed', '', posting.id, '',
        %(now)s, %(now)s
    FROM payee JOIN posting ON posting.public_id = payee.posting_ref
    ORDER BY payee.account_id
    RETURNING id, account_id
), written AS (
    INSERT INTO creators_payoutline (payout_id, commission_id, title,
        reversed_minor, paid_minor, amount_minor)
    SELECT payout.id, line.id, line.title, line.reversed_minor, line.paid_minor,
        line.rest_minor
    FROM line JOIN payout USING (account_id)
    ORDER BY payout.id, line.sold_at, line.id
)
SELECT owner.account_id, owner.has_shows, payout.id IS NOT NULL
FROM owner LEFT JOIN payout USING (account_id)
"""
