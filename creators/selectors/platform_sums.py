"""What owners were credited in a year, quarter by quarter, as the ledger has it (E8).

A refund lowers the quarter of the sale that it undoes, as far as it was booked when
the sums are read; settlements and payouts move money that was credited before.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db import connection

QUARTERS = (1, 2, 3, 4)

# Each posting of the year with all that was booked for it since, its reversals too.
MOVED = """
WITH root AS (
    SELECT id, kind, extract(quarter FROM at AT TIME ZONE %(zone)s)::int AS quarter
    FROM creators_ledgertransaction
    WHERE kind = ANY(%(kinds)s) AND at >= %(since)s AND at < %(until)s
),
moved AS (
    SELECT root.id, root.id AS booked, entry.account_id, entry.amount_minor
    FROM root JOIN creators_entry AS entry ON entry.transaction_id = root.id
    UNION ALL
    SELECT root.id, undo.id, entry.account_id, entry.amount_minor
    FROM root
    JOIN creators_ledgertransaction AS undo
        ON undo.reverses_id = root.id AND undo.at <= %(now)s
    JOIN creators_entry AS entry ON entry.transaction_id = undo.id
)
"""
OF_BRANDS = f"""
{MOVED},
seller AS (
    SELECT DISTINCT ON (moved.id) moved.id, account.owner_ref, account.currency
    FROM moved JOIN creators_account AS account ON account.id = moved.account_id
    WHERE account.kind = 'brand_payable' AND moved.booked = moved.id
    GROUP BY moved.id, account.owner_ref, account.currency
    ORDER BY moved.id, sum(moved.amount_minor), account.owner_ref
),
line AS (
    SELECT root.quarter, root.kind, seller.owner_ref, seller.currency,
        sum(moved.amount_minor)
            FILTER (WHERE account.kind = 'shopper_clearing') AS paid,
        -sum(moved.amount_minor) FILTER (WHERE account.kind = 'tax') AS tax,
        -sum(moved.amount_minor) FILTER (WHERE account.kind = 'brand_payable'
            AND account.owner_ref = seller.owner_ref) AS credited
    FROM root
    JOIN seller USING (id)
    JOIN moved USING (id)
    JOIN creators_account AS account ON account.id = moved.account_id
    GROUP BY root.id, root.quarter, root.kind, seller.owner_ref, seller.currency
)
SELECT owner_ref, currency, quarter,
    sum(coalesce(credited, 0)),
    sum(coalesce(paid, 0) - coalesce(tax, 0) - coalesce(credited, 0)),
    sum(coalesce(tax, 0)),
    count(*) FILTER (WHERE kind = 'sale' AND paid > 0)
FROM line GROUP BY owner_ref, currency, quarter
"""  # noqa: S608  no value of a request is in it
OF_CREATORS = f"""
{MOVED},
line AS (
    SELECT root.quarter, root.kind, account.owner_kind, account.owner_ref,
        account.currency, -sum(moved.amount_minor) AS credited
    FROM root
    JOIN moved USING (id)
    JOIN creators_account AS account ON account.id = moved.account_id
    WHERE account.kind IN ('creator_pending', 'creator_available', 'helper_payable')
        AND account.owner_kind IN ('creator', 'person')
        AND NOT (root.kind = 'overtime_premium' AND moved.amount_minor > 0)
    GROUP BY root.id, root.quarter, root.kind, account.owner_kind, account.owner_ref,
        account.currency
)
SELECT owner_ref, currency, quarter, sum(credited), 0, 0,
    count(*) FILTER (WHERE credited > 0
        AND (kind IN ('sale', 'guarantee') OR owner_kind = 'person'))
FROM line GROUP BY owner_ref, currency, quarter
"""  # noqa: S608  no value of a request is in it
BRAND_KINDS = ["sale", "delivery"]
CREATOR_KINDS = ["sale", "guarantee", "guarantee_offset", "overtime_premium"]

Owner = tuple[str, str]
"""An owner's public id and a currency."""


@dataclass(frozen=True, slots=True)
class QuarterSums:
    """One quarter of an owner in minor units."""

    consideration: int = 0
    """Credited, net of fees and taxes (DAC7, annex V, section I C 10)."""
    fees: int = 0
    taxes: int = 0
    activities: int = 0
    """Sales that were not wholly undone; guarantees and helpers' premiums as well."""


@dataclass(frozen=True, slots=True)
class YearSums:
    """The four quarters of an owner in one currency."""

    quarters: Mapping[int, QuarterSums] = field(default_factory=dict)

    def of(self, quarter: int) -> QuarterSums:
        """Return a quarter, an empty one where nothing happened."""
        return self.quarters.get(quarter, QuarterSums())

    @property
    def consideration(self) -> int:
        """The whole year's."""
        return sum(one.consideration for one in self.quarters.values())

    @property
    def activities(self) -> int:
        """The whole year's."""
        return sum(one.activities for one in self.quarters.values())


def sum_brands(year: int, *, zone: str, now: dt.datetime) -> dict[Owner, YearSums]:
    """Return what brands were credited for goods and delivery; one query.

    Fees are what was kept of the price without tax: the operator's fee, and the
    creator's commission where the brand bears it.
    """
    return _sum(OF_BRANDS, BRAND_KINDS, year, zone, now)


def sum_creators(year: int, *, zone: str, now: dt.datetime) -> dict[Owner, YearSums]:
    """Return what creators and helpers were credited for shows; one query.

    What a creator owes helpers is spent of what was credited, so it lowers nothing.
    Nothing is kept of a creator's pay, so there are neither fees nor taxes.
    """
    return _sum(OF_CREATORS, CREATOR_KINDS, year, zone, now)


def _sum(
    statement: str, kinds: list[str], year: int, zone: str, now: dt.datetime
) -> dict[Owner, YearSums]:
    place = ZoneInfo(zone)
    facts: dict[str, str | dt.datetime | list[str]] = {
        "kinds": kinds,
        "zone": zone,
        "since": dt.datetime(year, 1, 1, tzinfo=place),
        "until": dt.datetime(year + 1, 1, 1, tzinfo=place),
        "now": now,
    }
    found: dict[Owner, dict[int, QuarterSums]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        for owner, currency, quarter, *sums in cursor.fetchall():
            found[owner, currency][quarter] = QuarterSums(*map(int, sums))
    return {owner: YearSums(quarters) for owner, quarters in found.items()}
