"""Snapshots of balances: what an account's entries summed to at a moment."""

from django.db import connection, transaction

from shopfront.common import clock

TAKE = """
INSERT INTO creators_balancesnapshot (account_id, last_entry_id, amount_minor, at)
SELECT account_id, MAX(id), SUM(amount_minor), %(now)s FROM creators_entry
GROUP BY account_id
ON CONFLICT (account_id, last_entry_id) DO NOTHING
"""


def take_snapshots() -> int:
    """Keep the balance of each account that moved since its last snapshot.

    Ids of entries are drawn before they commit, so postings are held off meanwhile:
    else a smaller id could appear later below a snapshot.

    Locks: the table of entries against writes, for one statement.
    Safe to repeat: yes; an account that did not move gets none.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE creators_entry IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(TAKE, {"now": clock.now()})
        return int(cursor.rowcount)
