"""What fills the demo, part by part, and where it refuses to."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from catalog.models import ProductPicture
from livestreams.models import Giveaway, Livestream
from shopfront.management.demo import goods
from shopfront.management.demo.scarce import ensure_scarce
from shopfront.models import User
from tests.factories import make_livestream, make_market

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def test_without_the_package_pictures_are_drawn_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(goods, "PHOTOGRAPHS", goods.TABLE.parent / "nowhere")
    products = goods.ensure_products(goods.ensure_markets())[:2]
    said: list[str] = []
    goods.add_photographs(products, said.append)
    assert "drawn" in said[0]
    assert ProductPicture.objects.count() == 2


def test_the_demo_is_refused_in_production(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo")
    assert not User.objects.exists()


def test_a_giveaway_opens_in_the_market_that_allows_it(staff: User) -> None:
    market, live = make_market(), Livestream.State.LIVE
    make_livestream(is_demo=True, state=live, market=make_market("DE"))
    show = make_livestream(is_demo=True, state=live)
    ensure_scarce(market, staff)
    assert Giveaway.objects.get().livestream == show
