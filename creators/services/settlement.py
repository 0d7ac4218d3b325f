"""Settlement: commissions past their day move from pending to available (E5)."""

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

from creators.errors import SaleMissing
from creators.models import Account, Commission, LedgerTransaction
from creators.selectors.payable import SETTLEMENT
from creators.selectors.premiums import list_payers
from creators.services import ledger
from creators.services.guarantee_offsets import list_offsetting, offset_all
from creators.services.owed_premiums import collect_premiums
from creators.services.sales import LINE, SALE
from creators.services.shares import SETTLEMENT_RULE
from creators.services.statements import SETTLE
from shopfront.common import clock, ids

PORTION = 500
"""Creators who are settled in one transaction: memory and locks stay small."""
log = structlog.get_logger(__name__)
Portion = tuple[str, Mapping[int, str]]
"""A currency, and the public ids of creators by their keys."""


def settle_commissions() -> int:
    """Settle every commission that is due; return how many lines moved.

    One posting per creator, currency and run, some hundred creators in each short
    transaction, so that a run cut off anywhere goes on where it was. Whoever has a
    guarantee to set off against, or owes a helper, has a transaction of their own.

    Safe to repeat: yes, and side by side; a line settles once.
    """
    now = clock.now()
    due = Commission.objects.filter(
        state=Commission.State.PENDING, settles_at__lte=now
    ).order_by("currency", "creator_id")
    apart = list_offsetting(now) | list_payers()
    portions = chain(
        _cut(due.filter(creator__in=apart), size=1),
        _cut(due.exclude(creator__in=apart), size=PORTION),
    )
    count = sum(_settle(creators, currency, now) for currency, creators in portions)
    if count:
        log.info("creators.settled", lines=count)
    return count


def start_return_window(line_ref: str, *, ends_at: dt.datetime) -> bool:
    """Let the commission of a delivered line settle when its return window ends (E5).

    Returns:
        Whether a commission of this line was still pending.

    Raises:
        SaleMissing: the line is not posted yet.

    Safe to repeat: yes.
    """
    return bool(_list_pending(line_ref).update(settles_at=ends_at))


def prolong_return_window(line_ref: str, *, ends_at: dt.datetime) -> bool:
    """Let the commission of a line whose order is still on its way not settle sooner.

    Returns:
        Whether it would have settled before.

    Raises:
        SaleMissing: the line is not posted yet.

    Safe to repeat: yes.
    """
    sooner = _list_pending(line_ref).filter(settles_at__lt=ends_at)
    return bool(sooner.update(settles_at=ends_at))


def _list_pending(line_ref: str) -> "QuerySet[Commission]":
    sales = LedgerTransaction.objects.filter(
        kind=SALE, cause_kind=LINE, cause_ref=line_ref
    )
    if not sales.exists():
        raise SaleMissing
    return Commission.objects.filter(line_ref=line_ref, state=Commission.State.PENDING)


def _cut(due: "QuerySet[Commission]", *, size: int) -> Iterator[Portion]:
    """Yield the creators of lines in portions of one currency."""
    rows = due.values_list("currency", "creator_id", "creator__public_id").distinct()
    found = rows.iterator(chunk_size=PORTION)
    for currency, same in groupby(found, key=itemgetter(0)):
        creators = ((key, public_id) for _, key, public_id in same)
        while portion := dict(islice(creators, size)):
            yield currency, portion


def _settle(creators: Mapping[int, str], currency: str, now: dt.datetime) -> int:
    """Settle some creators' due lines in one statement; return how many moved."""
    kinds = (Account.Kind.CREATOR_PENDING, Account.Kind.CREATOR_AVAILABLE)
    ledger.ensure_creator_accounts(list(creators.values()), kinds, currency)
    facts: dict[str, Any] = {
        "creators": list(creators),
        "owners": list(creators.values()),
        "public_ids": [ids.new_public_id() for _ in creators],
        "causes": [f"{owner}:{ids.new_public_id()}" for owner in creators.values()],
        "currency": currency,
        "kind": SETTLEMENT,
        "rule": SETTLEMENT_RULE,
        "now": now,
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(SETTLE, facts)
            postings = cursor.fetchall()
        offset_all([key for key, _ in postings], currency)
        if len(creators) == 1:
            collect_premiums(next(iter(creators)), currency)
    return sum(lines for _, lines in postings)
