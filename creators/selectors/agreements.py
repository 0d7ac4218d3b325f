"""Which agreement pays for a sale, and what a creator is offered."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Q, QuerySet, When

from creators.models import Account, Agreement, Creator


def find_agreement(
    creator: Creator, *, payer: Account, at: dt.datetime
) -> Agreement | None:
    """Return the accepted agreement of a creator with a payer that held at a moment.

    Of several the one that began last counts. A payer is the owner, whatever the
    currency of the account that the agreement names.
    """
    return (
        select_accepted(at)
        .filter(
            creator=creator,
            payer__owner_kind=payer.owner_kind,
            payer__owner_ref=payer.owner_ref,
        )
        .first()
    )


def find_show_agreement(
    agreement_id: int | None, *, creator: Creator, payer: Account, at: dt.datetime
) -> Agreement | None:
    """Return a show's agreement where it held and its payer may be asked.

    The operator may pay for any brand's goods; a brand pays only for its own.
    """
    if agreement_id is None:
        return None
    operator = Q(payer__owner_kind=Account.Owner.OPERATOR)
    same = Q(payer__owner_kind=payer.owner_kind, payer__owner_ref=payer.owner_ref)
    return (
        select_accepted(at)
        .filter(operator | same, pk=agreement_id, creator=creator)
        .first()
    )


@dataclass(frozen=True, slots=True)
class Payers:
    """Who would pay a creator for goods sold in a show."""

    owners: frozenset[tuple[str, str]]
    """Kind and public id of each."""
    has_operator: bool
    """Whether the operator pays for every brand's goods, by the show's agreement."""


def list_payers(creator: Creator, *, at: dt.datetime, chosen: int | None) -> Payers:
    """Return whose goods pay a creator at a moment; one query.

    Args:
        creator: who sells.
        at: when it is sold.
        chosen: the key of the agreement of the show, if it has one.
    """
    rows = select_accepted(at).filter(creator=creator)
    operator = Account.Owner.OPERATOR
    found = list(rows.values_list("pk", "payer__owner_kind", "payer__owner_ref"))
    return Payers(
        owners=frozenset((kind, ref) for _, kind, ref in found),
        has_operator=any(pk == chosen and kind == operator for pk, kind, _ in found),
    )


def select_accepted(at: dt.datetime) -> "QuerySet[Agreement]":
    """Return the agreements that held at a moment, the newest first."""
    return (
        Agreement.objects.select_related("creator", "payer")
        .filter(
            Q(state=Agreement.State.ACCEPTED, valid_until=None) | Q(valid_until__gt=at),
            valid_from__lte=at,
        )
        .exclude(state=Agreement.State.OFFERED)
        .order_by("-valid_from", "-id")
    )


def list_holding(creator: Creator, *, at: dt.datetime) -> list[Agreement]:
    """Return a creator's accepted agreements that hold at a moment; one query.

    One that was accepted only now holds for a show of later.
    """
    return list(
        Agreement.objects.select_related("payer", "creator__market")
        .filter(
            Q(valid_until=None) | Q(valid_until__gt=at),
            creator=creator,
            state=Agreement.State.ACCEPTED,
            valid_from__lte=at,
        )
        .order_by("-valid_from", "-id")
    )


def list_agreements(creator: Creator) -> "QuerySet[Agreement]":
    """Return all agreements of a creator, those on offer first, then the newest."""
    offered = Case(When(state=Agreement.State.OFFERED, then=0), default=1)
    return (
        Agreement.objects.select_related("payer", "replaces")
        .filter(creator=creator)
        .order_by(offered, "-valid_from", "-id")
    )


def list_offered(creator: Creator) -> list[Agreement]:
    """Return the agreements that wait for a creator's yes; one query."""
    return list(
        Agreement.objects.select_related("payer")
        .filter(creator=creator, state=Agreement.State.OFFERED)
        .order_by("valid_from")
    )
