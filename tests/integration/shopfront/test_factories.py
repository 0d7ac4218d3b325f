"""The builders give rows that the shop's own rules accept."""

import pytest

from catalog.models import StockMovement
from creators.models import Creator
from shopfront.models import User
from tests.factories import make_agreement, make_livestream, make_product, make_variant

pytestmark = pytest.mark.django_db


def test_a_variant_comes_with_stock_that_its_movements_explain() -> None:
    variant = make_variant(stock=3)
    moved = sum(StockMovement.objects.values_list("quantity", flat=True))
    assert variant.stock.on_hand == moved == 3
    assert variant.stock.available == 3


def test_a_show_comes_with_its_shelf(creator: Creator) -> None:
    show = make_livestream(creator=creator, products=(make_product(), make_product()))
    assert show.shelf.count() == 2
    assert show.market == creator.market
    assert not show.is_on_air


def test_the_cast_has_its_ages(shopper: User, teen: User) -> None:
    assert shopper.is_adult
    assert teen.is_under_18
    assert make_agreement().commission_bps == 1000
