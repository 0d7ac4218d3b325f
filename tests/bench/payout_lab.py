"""Books of many creators with many pending lines, written by sets of SQL."""

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Model

from creators.models import Account, Agreement, Commission, Creator, LedgerTransaction
from creators.services.shares import SALE_RULE
from shopfront.common import clock
from tests.factories import (
    make_account,
    make_agreement,
    make_creator,
    make_payout_details,
    make_payout_rule,
    make_user,
)

LINES = int(os.environ.get("PAYOUT_LINES", "1000000"))
CREATORS = max(1, LINES // 10)
BASE = 10_000_000
"""Keys of what is filled lie above it, so that sequences never meet them."""
OWNER_REF = f"'c' || lpad(({BASE} + n)::text, 15, '0')"
Columns = Mapping[str, str]
"""SQL of each column that differs from the row that is copied; `n` counts from 1."""


@dataclass(frozen=True)
class Fill:
    """What was filled, by key, and the day on which it is paid."""

    rule: int
    staff: int
    creator: int
    commission: int
    day: dt.date


@transaction.atomic
def fill_books() -> Fill:
    """Copy one creator, with all that a payout needs, until there are enough."""
    rule = make_payout_rule(minimum_minor=1)
    creator = make_creator()
    agreement = make_agreement(creator=creator, payer=make_account())
    posting = LedgerTransaction.objects.create(
        kind="sale", cause_kind="bench", cause_ref="0", rule_version=SALE_RULE
    )
    commission = make_commission(creator, agreement, posting)
    details = make_payout_details(creator)
    ref = {"owner_ref": OWNER_REF}
    user = {"email": "n || '@bench.example'"}
    copy_rows(creator.user, CREATORS, {"public_id": name_rows("u"), **user})
    person = {"user_id": f"{BASE} + n", "handle": "'bench-' || n"}
    copy_rows(creator, CREATORS, {"public_id": OWNER_REF, **person})
    owned = {"creator_id": f"{BASE} + n"}
    copy_rows(agreement, CREATORS, {"public_id": name_rows("g"), **owned})
    copy_rows(details, CREATORS, {"public_id": name_rows("d"), **ref})
    cause = {"cause_ref": "'creator ' || n"}
    copy_rows(posting, CREATORS, {"public_id": name_rows("p"), **cause})
    fill_accounts()
    fill_lines(commission)
    fill_entries()
    return Fill(
        rule=rule.pk,
        staff=make_user(is_staff=True).pk,
        creator=creator.pk,
        commission=commission.pk,
        day=clock.now().date(),
    )


def make_commission(
    creator: Creator, agreement: Agreement, posting: LedgerTransaction
) -> Commission:
    """Return a line that is worth nothing and past its day, to be copied."""
    now = clock.now()
    return Commission.objects.create(
        creator=creator,
        agreement=agreement,
        line_ref="bench",
        title="A stool of oak, in the colour of honey",
        base_minor=5000,
        rate_bps=1000,
        amount_minor=0,
        currency=creator.market.currency,
        state=Commission.State.REVERSED,
        rule_version=SALE_RULE,
        posting=posting,
        sold_at=now - dt.timedelta(days=31),
        settles_at=now - dt.timedelta(days=1),
    )


def fill_accounts() -> None:
    """Give each creator the accounts that a former run has left, and the shoppers'."""
    kinds = (
        Account.Kind.CREATOR_PENDING,
        Account.Kind.CREATOR_AVAILABLE,
        Account.Kind.PAID_OUT,
    )
    for place, kind in enumerate(kinds):
        account = make_account(kind=kind, owner_kind=Account.Owner.CREATOR)
        columns = {
            "id": f"{BASE} + {place * CREATORS} + n",
            "public_id": name_rows(f"a{place}"),
            "owner_ref": OWNER_REF,
        }
        copy_rows(account, CREATORS, columns)


def fill_lines(commission: Commission) -> None:
    """Spread pending lines over the creators, as sales come in."""
    owner = f"{BASE} + 1 + (n - 1) % {CREATORS}"
    columns = {
        "public_id": "substr(md5('line ' || n), 1, 16)",
        "creator_id": owner,
        "agreement_id": owner,
        "posting_id": owner,
        "line_ref": "substr(md5('order ' || n), 1, 16)",
        "show_ref": "substr(md5('show ' || n % 1000), 1, 16)",
        "amount_minor": "50 + n % 450",
        "state": "'pending'",
    }
    copy_rows(commission, LINES, columns)


def fill_entries() -> None:
    """Post the sum of each creator's lines as sold."""
    clearing = make_account(
        kind=Account.Kind.SHOPPER_CLEARING, owner_kind="operator", owner_ref=""
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO creators_entry
                (transaction_id, account_id, amount_minor, currency)
            SELECT sold.creator_id, side.account_id, side.minor, 'GBP'
            FROM (
                SELECT creator_id, SUM(amount_minor) AS minor
                FROM creators_commission WHERE state = 'pending' GROUP BY creator_id
            ) AS sold
            CROSS JOIN LATERAL (
                VALUES (sold.creator_id, -sold.minor), (%s, sold.minor)
            ) AS side (account_id, minor)
            """,
            [clearing.pk],
        )


def copy_rows(row: Model, count: int, columns: Columns) -> None:
    """Copy a row in one statement, past triggers and foreign keys."""
    table = row._meta.db_table
    wanted = {"id": f"{BASE} + n"} | dict(columns)
    facts = ", ".join(f"'{name}', {value}" for name, value in wanted.items())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO {table} SELECT made.* FROM {table} AS kept"
            f" CROSS JOIN generate_series(1, {count}) AS n"
            f" CROSS JOIN LATERAL jsonb_populate_record(kept,"
            f" jsonb_build_object({facts})) AS made WHERE kept.id = {row.pk}"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


def name_rows(letters: str) -> str:
    """Return the SQL of a public id that begins with some letters."""
    return f"'{letters}' || lpad(n::text, {16 - len(letters)}, '0')"
