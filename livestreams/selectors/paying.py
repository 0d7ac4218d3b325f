"""Which goods of a show its host is paid for: an agreement must hold for them (E0)."""

from collections.abc import Collection

from catalog.models import Product
from creators.selectors.agreements import list_payers
from livestreams.models import Livestream
from shopfront.common import clock


def list_unpaid(livestream: Livestream, products: Collection[str]) -> set[str]:
    """Return which products no agreement pays the host for; at most two queries.

    As the sale itself asks it: an agreement with the brand, else the show's. Plans are
    judged by their start, shows on air by now.

    Args:
        livestream: the show.
        products: the public ids of what it sells.

    Returns:
        Those that would be sold without a commission.
    """
    if not products:
        return set()
    at = max(clock.now(), livestream.starts_at)
    payers = list_payers(livestream.creator, at=at, chosen=livestream.agreement_id)
    if payers.has_operator:
        return set()
    rows = Product.objects.filter(public_id__in=products).values_list(
        "public_id", "brand__account__owner_kind", "brand__account__owner_ref"
    )
    return {name for name, *owner in rows if tuple(owner) not in payers.owners}
