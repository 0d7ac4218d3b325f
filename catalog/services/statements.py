"""The statements that move stock: each is one round trip to the hot row."""

# One statement: the hot row is locked for its length and no round trip longer. The
# commit may be lost in a crash (a hold is taken anew at payment), so it is not
# awaited; the setting ends with the statement's own transaction. Where a counter
# was raised and no piece was got after all, the division undoes the statement.
HOLD = """
WITH quick AS (SELECT set_config('synchronous_commit', 'off', true)),
free AS (
    SELECT 1 FROM catalog_stock
    WHERE variant_id = %(variant)s AND on_hand - allocated >= %(quantity)s
),
live AS (
    SELECT count(*) AS holds FROM catalog_reservation
    WHERE holder = %(holder)s AND state = 'held'
),
counted AS (
    INSERT INTO catalog_holdcount (variant_id, key, quantity, counted_at)
    SELECT %(variant)s, key, %(quantity)s, %(now)s
    FROM unnest(%(keys)s::text[]) AS key
    WHERE EXISTS (SELECT 1 FROM free)
    ON CONFLICT (variant_id, key) DO UPDATE
    SET quantity = catalog_holdcount.quantity + excluded.quantity,
        counted_at = excluded.counted_at
    WHERE catalog_holdcount.quantity + excluded.quantity <= %(limit)s
    RETURNING 1
),
raised AS (
    UPDATE catalog_stock
    SET allocated = allocated + %(quantity)s, version = version + 1
    WHERE variant_id = %(variant)s AND on_hand - allocated >= %(quantity)s
        AND (SELECT count(*) FROM counted) = cardinality(%(keys)s::text[])
        AND (SELECT holds FROM live) < %(most)s
    RETURNING variant_id
),
held AS (
    INSERT INTO catalog_reservation (public_id, variant_id, quantity, holder, state,
        held_at, expires_at, cause_kind, cause_ref, limit_keys)
    SELECT %(public_id)s, variant_id, %(quantity)s, %(holder)s, 'held',
        %(now)s, %(until)s, %(cause_kind)s, %(cause_ref)s, %(keys)s::text[]
    FROM raised
    RETURNING id
)
SELECT (SELECT id FROM held), (SELECT count(*) FROM free), (SELECT holds FROM live),
    CASE WHEN EXISTS (SELECT 1 FROM counted) AND NOT EXISTS (SELECT 1 FROM held)
    THEN 1 / (SELECT 0 * count(*) FROM quick) END
FROM quick
"""

# Counters before stock rows, as in the hold, and both in key order: two of them that
# meet wait for each other and never in a ring. Where shoppers wait for the variant
# their holds take over the pieces in the same statement: these stay allocated, so
# nobody comes between.
END = """
WITH ended AS (
    UPDATE catalog_reservation SET state = %(state)s, ended_at = %(now)s
    WHERE state = 'held' AND id IN (
        SELECT id FROM catalog_reservation WHERE state = 'held' AND {which}
        ORDER BY id FOR UPDATE SKIP LOCKED
    )
    RETURNING id, variant_id, quantity, limit_keys
),
gone AS (
    SELECT variant_id, key, sum(quantity) AS quantity
    FROM ended, unnest(limit_keys) AS key GROUP BY variant_id, key
),
counters AS (
    SELECT counter.id, gone.quantity
    FROM catalog_holdcount AS counter
    JOIN gone ON counter.variant_id = gone.variant_id AND counter.key = gone.key
    ORDER BY counter.variant_id, counter.key COLLATE "C" FOR UPDATE OF counter
),
uncounted AS (
    UPDATE catalog_holdcount AS counter
    SET quantity = greatest(0, counter.quantity - counters.quantity)
    FROM counters WHERE counter.id = counters.id
    RETURNING 1
),
passed AS (
    UPDATE catalog_waitingplace AS place SET state = 'passed', ended_at = %(now)s
    FROM ended WHERE place.reservation_id = ended.id AND place.state = 'offered'
    RETURNING 1
),
sums AS (
    SELECT variant_id, sum(quantity) AS quantity FROM ended GROUP BY variant_id
),
next AS (
    SELECT place.* FROM sums, LATERAL (
        SELECT hold_id, variant_id, holder, public_id FROM catalog_waitingplace
        WHERE variant_id = sums.variant_id AND state = 'waiting' AND {fair}
        ORDER BY id LIMIT sums.quantity FOR UPDATE SKIP LOCKED
    ) AS place
    WHERE (SELECT count(*) FROM uncounted) >= 0
),
{give},
kept AS (
    SELECT variant_id, count(*) AS quantity FROM given GROUP BY variant_id
),
freed AS (
    SELECT sums.variant_id, sums.quantity - coalesce(kept.quantity, 0) AS quantity
    FROM sums LEFT JOIN kept ON kept.variant_id = sums.variant_id
),
locked AS (
    SELECT variant_id FROM catalog_stock
    WHERE variant_id IN (SELECT variant_id FROM freed WHERE quantity > 0)
        AND (SELECT count(*) FROM uncounted) >= 0
    ORDER BY variant_id FOR UPDATE
),
lowered AS (
    UPDATE catalog_stock
    SET allocated = allocated - freed.quantity, version = version + 1
    FROM freed, locked
    WHERE catalog_stock.variant_id = freed.variant_id
        AND locked.variant_id = freed.variant_id
    RETURNING catalog_stock.variant_id
)
SELECT (SELECT count(*) FROM ended), (SELECT count(*) FROM given)
"""

# What was withdrawn is offered to nobody. While a drop is planned or on, its pieces
# are for those whom it draws: of the places only those count that were taken after its
# opening, when they had sold out.
FAIR = """EXISTS (
    SELECT 1 FROM catalog_variant AS wanted
    JOIN catalog_product AS product ON product.id = wanted.product_id
    JOIN catalog_brand AS brand ON brand.id = product.brand_id
    WHERE wanted.id = catalog_waitingplace.variant_id AND wanted.is_active
        AND product.state = 'active' AND brand.is_active
)
AND NOT EXISTS (
    SELECT 1 FROM catalog_drop AS gate
    JOIN catalog_variant AS gated ON gated.product_id = gate.product_id
    WHERE gated.id = catalog_waitingplace.variant_id AND gate.ends_at > %(now)s
        AND catalog_waitingplace.joined_at < gate.opens_at
)"""

# The holds of those whose turn it is, out of `next`.
GIVE = """
offered AS (
    INSERT INTO catalog_reservation (public_id, variant_id, quantity, holder, state,
        held_at, expires_at, cause_kind, cause_ref, limit_keys)
    SELECT hold_id, variant_id, 1, holder, 'held', %(now)s, %(offer_until)s,
        'waiting', public_id, '{}'
    FROM next
    RETURNING id, public_id
),
given AS (
    UPDATE catalog_waitingplace AS place
    SET state = 'offered', reservation_id = offered.id, offered_at = %(now)s,
        offer_until = %(offer_until)s
    FROM offered WHERE place.hold_id = offered.public_id
    RETURNING place.variant_id
)
"""

# Pieces that came in go to those who wait first.
OFFER = """
WITH free AS (
    SELECT on_hand - allocated AS pieces FROM catalog_stock
    WHERE variant_id = %(variant)s
),
waiting AS (
    SELECT hold_id, variant_id, holder, public_id FROM catalog_waitingplace
    WHERE variant_id = %(variant)s AND state = 'waiting' AND {fair}
    ORDER BY id LIMIT (SELECT pieces FROM free) FOR UPDATE SKIP LOCKED
),
raised AS (
    UPDATE catalog_stock
    SET allocated = allocated + (SELECT count(*) FROM waiting), version = version + 1
    WHERE variant_id = %(variant)s AND EXISTS (SELECT 1 FROM waiting)
        AND on_hand - allocated >= (SELECT count(*) FROM waiting)
    RETURNING variant_id
),
next AS (
    SELECT waiting.* FROM waiting
    JOIN raised ON raised.variant_id = waiting.variant_id
),
{give}
SELECT count(*) FROM given
"""

# A piece kept for a place becomes the hold of a checkout.
CLAIM = """
WITH hold AS (
    UPDATE catalog_reservation
    SET expires_at = %(until)s, cause_kind = %(cause_kind)s, cause_ref = %(cause_ref)s
    WHERE id = %(id)s AND state = 'held' AND cause_kind = 'waiting'
    RETURNING id
)
UPDATE catalog_waitingplace AS place SET state = 'taken', ended_at = %(now)s
FROM hold WHERE place.reservation_id = hold.id AND place.state = 'offered'
RETURNING place.id
"""

# Count pieces for one more key, where that stays within the limit.
COUNT = """
INSERT INTO catalog_holdcount (variant_id, key, quantity, counted_at)
VALUES (%(variant)s, %(key)s, %(quantity)s, %(now)s)
ON CONFLICT (variant_id, key) DO UPDATE
SET quantity = catalog_holdcount.quantity + excluded.quantity,
    counted_at = excluded.counted_at
WHERE catalog_holdcount.quantity + excluded.quantity <= %(limit)s
RETURNING quantity
"""

# The draw. Entries from before the opening come in the order of the HMAC of their
# public id under the drop's seed, later ones behind them as they came.
DRAW = """
WITH drawn AS (
    SELECT entry.id, place.count + row_number() OVER (
        ORDER BY entry.entered_at >= place.opens_at,
            CASE WHEN entry.entered_at < place.opens_at THEN
                sha256(%(outer)s || sha256(
                    %(inner)s || convert_to(entry.public_id, 'UTF8')
                ))
            END,
            entry.id
    ) AS place
    FROM catalog_dropentry AS entry,
        (SELECT placed_count AS count, opens_at FROM catalog_drop WHERE id = %(drop)s)
        AS place
    WHERE entry.drop_id = %(drop)s AND entry.place IS NULL
),
placed AS (
    UPDATE catalog_dropentry AS entry SET place = drawn.place
    FROM drawn WHERE entry.id = drawn.id
    RETURNING 1
)
UPDATE catalog_drop
SET placed_count = placed_count + (SELECT count(*) FROM placed),
    drawn_at = coalesce(drawn_at, %(now)s)
WHERE id = %(drop)s
RETURNING (SELECT count(*) FROM placed)
"""
