"""Which payout details count, which wait, and what is missing of them."""

from django.db.models import QuerySet

from creators.models import PayoutDetails
from shopfront.common import clock
from shopfront.models import Market


def find_details(
    owner_kind: str, owner_ref: str, market: Market
) -> PayoutDetails | None:
    """Return an owner's newest details in a market, usable already or not."""
    return _list_details(owner_kind, owner_ref, market).order_by("-id").first()


def find_usable_details(
    owner_kind: str, owner_ref: str, market: Market
) -> PayoutDetails | None:
    """Return the details by which an owner is paid in a market now."""
    rows = _list_details(owner_kind, owner_ref, market)
    return rows.filter(usable_from__lte=clock.now()).order_by("-id").first()


def has_details(owner_kind: str, owner_ref: str) -> bool:
    """Whether an owner has said anywhere where to be paid; one query."""
    rows = PayoutDetails.objects.filter(owner_kind=owner_kind, owner_ref=owner_ref)
    return rows.filter(withdrawn_at=None).exists()


def _list_details(
    owner_kind: str, owner_ref: str, market: Market
) -> "QuerySet[PayoutDetails]":
    return PayoutDetails.objects.filter(
        owner_kind=owner_kind,
        owner_ref=owner_ref,
        market=market,
        withdrawn_at=None,
    )
