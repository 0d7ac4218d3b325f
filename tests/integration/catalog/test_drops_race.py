"""Drawing, entering and using admissions at once: one place, one purchase each."""

import datetime as dt

import pytest

from catalog.errors import AdmissionUsed
from catalog.models import Drop, DropEntry, Variant
from catalog.services import drops
from shopfront.common import clock
from tests.factories import make_drop, make_product, make_variant
from tests.integration.catalog.test_stock_race import run_at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
CROWD = 12


@pytest.fixture
def variant() -> Variant:
    """Offer plenty: what is scarce here is places and admissions."""
    return make_variant(stock=100, product=make_product())


def open_drop(variant: Variant) -> Drop:
    """Return a drop that opened ten seconds ago."""
    drop = make_drop(variant.product, at_once=1000)
    now = clock.now()
    Drop.objects.filter(pk=drop.pk).update(
        entry_from=now - dt.timedelta(minutes=5),
        opens_at=now - dt.timedelta(seconds=10),
    )
    drop.refresh_from_db()
    return drop


def test_drawing_while_others_come_gives_each_place_once(variant: Variant) -> None:
    drop = open_drop(variant)
    early = drop.opens_at - dt.timedelta(seconds=30)
    DropEntry.objects.bulk_create(
        DropEntry(drop=drop, holder=f"browser:{n}", entered_at=early) for n in range(40)
    )

    def act(number: int) -> object:
        DropEntry.objects.create(drop=drop, holder=f"browser:late-{number}")
        return drops.place_entries(drop)

    outcomes = run_at_once(act, CROWD)
    assert all(isinstance(one, int) for one in outcomes)
    drops.place_entries(drop)
    places = DropEntry.objects.order_by("place").values_list("place", flat=True)
    assert list(places) == list(range(1, 41 + CROWD))
    first = DropEntry.objects.filter(place__lte=40, entered_at=early)
    assert first.count() == 40


def test_negative_control_counting_first_gives_a_place_twice(variant: Variant) -> None:
    drop = open_drop(variant)

    def act(_number: int) -> int:
        return DropEntry.objects.filter(drop=drop).count() + 1

    assert len(set(run_at_once(act, CROWD))) == 1


def test_one_admission_in_many_tabs_buys_once(variant: Variant) -> None:
    drop = open_drop(variant)
    entry = DropEntry.objects.create(drop=drop, holder="browser:me")
    drops.place_entries(drop)
    token = drops.mint_admission(entry)

    def act(number: int) -> str:
        with drops.using_admission(
            variant,
            quantity=1,
            holders=["browser:me"],
            admission=token,
            key=f"tab-{number}",
        ):
            return "bought"

    outcomes = run_at_once(act, CROWD)
    assert outcomes.count("bought") == 1
    assert sum(isinstance(one, AdmissionUsed) for one in outcomes) == CROWD - 1
