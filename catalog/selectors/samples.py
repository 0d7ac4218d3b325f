"""Samples and showcases as their creator and the public see them."""

from django.db.models import QuerySet

from catalog.models import SampleRequest, ShowcaseItem
from creators.models import Creator


def list_samples(creator: Creator) -> "QuerySet[SampleRequest]":
    """Return what a creator asked for, newest first; one query."""
    return SampleRequest.objects.select_related("product__brand").filter(
        creator=creator
    )


def list_showcase(creator: Creator) -> list[int]:
    """Return the products of a creator's showcase that are for sale, in its order."""
    items = ShowcaseItem.objects.filter(
        creator=creator, product__state="active", product__brand__is_active=True
    )
    return list(items.order_by("position", "id").values_list("product_id", flat=True))
