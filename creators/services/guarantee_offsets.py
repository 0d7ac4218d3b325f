"""Guarantee or commission, whichever is greater: what one covers of the other (E1).

The guarantee is paid first. As commissions of its show settle, the payer who bears
them has so much of them back as lies within the guarantee, so that both together
come to the greater of the two; a refund after settlement turns that round.
"""

import datetime as dt
from collections.abc import Collection

from django.db.models import F, QuerySet, Sum

from creators.models import Account, Commission, Creator, Guarantee, LedgerTransaction
from creators.models.agreements import PayTerms
from creators.selectors.guarantees import (
    GUARANTEE,
    GUARANTEE_OFFSET,
    GUARANTEE_RULE,
    LIVE,
)
from creators.services import ledger


def begin_offset(guarantee: Guarantee) -> None:
    """Set off what had settled before the guarantee was earned, where it covers it.

    In the open transaction, under the lock of the guarantee.
    """
    if guarantee.agreement.pays == PayTerms.Pays.GREATER:
        settled = _sum(_lines_of(guarantee).filter(settlement__isnull=False))
        _move(guarantee, settled)


def list_offsetting(now: dt.datetime) -> set[int]:
    """Return the keys of creators with due lines that a guarantee may cover."""
    covering = Guarantee.objects.filter(
        state__in=LIVE,
        agreement__pays=PayTerms.Pays.GREATER,
        creator__commissions__state=Commission.State.PENDING,
        creator__commissions__settles_at__lte=now,
        creator__commissions__show_ref=F("show_ref"),
    )
    return set(covering.order_by().values_list("creator", flat=True).distinct())


def offset_all(settlements: Collection[int], currency: str) -> None:
    """Set off what some settlements brought, in their open transaction.

    Locks: the guarantees of each creator concerned, in key order.
    """
    lines = Commission.objects.filter(
        settlement__in=settlements,
        creator__guarantees__state=Guarantee.State.EARNED,
        creator__guarantees__show_ref=F("show_ref"),
    )
    found = lines.order_by("creator").values_list("creator", "settlement").distinct()
    for creator, settlement in found:
        _offset_settled(
            LedgerTransaction.objects.get(pk=settlement),
            Creator.objects.get(pk=creator),
            currency,
        )


def take_back_offset(commission: Commission, wanted: int) -> None:
    """Give back what was set off of a settled line that a refund takes now.

    In the refund's open transaction. Locks: the guarantee of the line's show.
    """
    if not commission.show_ref:
        return
    owner = commission.agreement.payer
    guarantee = (
        _covering(commission.creator, commission.currency)
        .filter(
            show_ref=commission.show_ref,
            agreement__payer__owner_kind=owner.owner_kind,
            agreement__payer__owner_ref=owner.owner_ref,
        )
        .first()
    )
    if guarantee is not None:
        _move(guarantee, max(0, guarantee.sold_minor - wanted))


def _offset_settled(
    settlement: LedgerTransaction, creator: Creator, currency: str
) -> None:
    """Set off what a settlement brought, in its open transaction.

    Locks: the creator's guarantees, in key order.
    """
    for guarantee in _covering(creator, currency).order_by("pk"):
        settled = _sum(_lines_of(guarantee).filter(settlement=settlement))
        if settled:
            _move(guarantee, guarantee.sold_minor + settled)


def _covering(creator: Creator, currency: str) -> "QuerySet[Guarantee]":
    return (
        Guarantee.objects.select_for_update(of=("self",))
        .select_related("agreement__payer", "creator")
        .filter(
            creator=creator,
            currency=currency,
            state=Guarantee.State.EARNED,
            agreement__pays=PayTerms.Pays.GREATER,
        )
    )


def _lines_of(guarantee: Guarantee) -> "QuerySet[Commission]":
    """Return the lines of the show that the same payer bears."""
    owner = guarantee.agreement.payer
    return Commission.objects.filter(
        creator=guarantee.creator,
        show_ref=guarantee.show_ref,
        currency=guarantee.currency,
        agreement__payer__owner_kind=owner.owner_kind,
        agreement__payer__owner_ref=owner.owner_ref,
    )


def _sum(lines: "QuerySet[Commission]") -> int:
    due = F("amount_minor") - F("reversed_minor")
    return int(lines.aggregate(total=Sum(due))["total"] or 0)


def _move(guarantee: Guarantee, sold: int) -> None:
    """Post the difference to what the guarantee covers of so much commission."""
    more = min(guarantee.due_minor, sold) - guarantee.offset_minor
    guarantee.sold_minor = sold
    if more:
        guarantee.offset_minor += more
        guarantee.offset_count += 1
        balance = ledger.ensure_creator_account(
            guarantee.creator, Account.Kind.CREATOR_AVAILABLE, guarantee.currency
        )
        payer = ledger.ensure_same_owner(guarantee.agreement.payer, guarantee.currency)
        ledger.post_transaction(
            GUARANTEE_OFFSET,
            cause_kind=GUARANTEE,
            cause_ref=f"{guarantee.public_id}:{guarantee.offset_count}",
            rule_version=GUARANTEE_RULE,
            currency=guarantee.currency,
            sides=[(balance, more), (payer, -more)],
        )
    guarantee.save(update_fields=["sold_minor", "offset_minor", "offset_count"])
