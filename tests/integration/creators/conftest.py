"""A creator with an agreement, a brand's product and a show that sells it."""

from dataclasses import dataclass

import pytest

from catalog.models import Brand, Variant
from creators.models import Agreement, Creator
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import Livestream
from tests.factories import (
    make_agreement,
    make_brand,
    make_livestream,
    make_product,
    make_variant,
)


@dataclass(frozen=True)
class Stall:
    """All that a sale needs."""

    creator: Creator
    brand: Brand
    variant: Variant
    agreement: Agreement
    show: Livestream

    @property
    def source_ref(self) -> str:
        """A tap on the product's pin in the show."""
        return mint_source_ref(
            Surface.PIN,
            livestream=self.show.public_id,
            product=self.variant.product.public_id,
        )


def make_stall(creator: Creator) -> Stall:
    """Make a show that sells a product of 30 pounds at 10 % commission."""
    brand = make_brand()
    product = make_product(brand=brand)
    variant = make_variant(product=product, price=3000, stock=1000)
    agreement = make_agreement(creator=creator, payer=brand.account)
    show = make_livestream(creator=creator, products=(product,))
    return Stall(creator, brand, variant, agreement, show)


@pytest.fixture
def stall(creator: Creator) -> Stall:
    """Make the creator's stall."""
    return make_stall(creator)
