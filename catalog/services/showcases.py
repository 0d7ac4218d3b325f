"""Products that a creator chose for their public page (P4)."""

from django.db import transaction
from django.db.models import Max

from catalog.errors import ShowcaseFull
from catalog.models import Product, ShowcaseItem
from creators.models import Creator

MOST_SHOWN = 12


def choose_product(creator: Creator, product: Product) -> None:
    """Put a product at the end of a creator's showcase.

    Raises:
        ShowcaseFull: twelve are there.

    Locks: the creator's row. Safe to repeat: a product stands once.
    """
    with transaction.atomic():
        Creator.objects.select_for_update(no_key=True).get(pk=creator.pk)
        items = ShowcaseItem.objects.filter(creator=creator)
        if items.filter(product=product).exists():
            return
        if items.count() >= MOST_SHOWN:
            raise ShowcaseFull
        last = items.aggregate(last=Max("position"))["last"]
        ShowcaseItem.objects.create(
            creator=creator,
            product=product,
            position=0 if last is None else last + 1,
        )


def drop_product(creator: Creator, product: Product) -> None:
    """Take a product out of a creator's showcase. Safe to repeat: yes."""
    ShowcaseItem.objects.filter(creator=creator, product=product).delete()
