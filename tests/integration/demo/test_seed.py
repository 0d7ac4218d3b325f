"""The demo fills itself once and stays up to the clock."""

import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from catalog.models import (
    Collaboration,
    Drop,
    Product,
    ProductPicture,
    SampleRequest,
    WaitingPlace,
)
from catalog.selectors import find_stock_faults
from creators.models import DutyPremium, Guarantee
from creators.selectors.books import find_book_faults
from livestreams.models import DutyShift, Giveaway, Livestream
from shopfront.models import User

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def test_the_demo_has_what_a_visitor_wants_to_see(seeded: None) -> None:
    assert Product.objects.visible().count() >= 40
    assert not Product.objects.exclude(texts__has_key="de").exists()
    assert ProductPicture.objects.count() == 3
    states = Livestream.objects.values_list("state", flat=True)
    assert sorted(states) == [*["ended"] * 7, *["live"] * 4, *["scheduled"] * 2]
    german = Livestream.objects.get(market__code="DE")
    assert (german.state, german.language) == ("live", "de")
    assert german.market.is_selling
    assert find_stock_faults() == []


def test_a_second_start_changes_nothing(seeded: None) -> None:
    before = list(Livestream.objects.values("public_id", "state", "starts_at"))
    shifts = DutyShift.objects.count()
    call_command("seed_demo", verbosity=0)
    assert list(Livestream.objects.values("public_id", "state", "starts_at")) == before
    assert DutyShift.objects.count() == shifts > 0
    assert ProductPicture.objects.count() == 3


def test_days_later_there_are_still_four_shows_live_and_two_ahead(
    seeded: None,
) -> None:
    with time_machine.travel(dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=15)):
        call_command("seed_demo", verbosity=0)
        now = dt.datetime.now(tz=dt.UTC)
        ahead = Livestream.objects.filter(state="scheduled", starts_at__gt=now)
        assert ahead.count() == 2
        assert Livestream.objects.filter(state="live").count() == 4


def test_the_cast_signs_in(seeded: None) -> None:
    for name in [
        "shopper",
        "shopper2",
        "creator",
        "moderator",
        "brand",
        "staff",
        "admin",
        "teen",
    ]:
        client = Client()
        email = f"{name}@demo.example"
        form = {"login": email, "password": "demo"}
        assert client.post("/accounts/login/", form).status_code == 302
        user = User.objects.get(email=email)
        assert client.session["_auth_user_id"] == str(user.pk)


def test_the_demo_has_offers_a_sample_and_a_guarantee_paid_in(seeded: None) -> None:
    assert Collaboration.objects.count() == 2
    assert SampleRequest.objects.get().state == SampleRequest.State.SENT
    states = Guarantee.objects.order_by("starts_at").values_list("state", flat=True)
    assert list(states) == ["earned", "funded", "open"]
    assert DutyPremium.objects.get(payer=None).person is not None
    assert DutyPremium.objects.exclude(payer=None).get().taken
    assert find_book_faults() == []
    call_command("seed_demo", verbosity=0)
    assert (Collaboration.objects.count(), Guarantee.objects.count()) == (2, 3)


def test_scarce_things_are_there_to_try(seeded: None) -> None:
    drops = Drop.objects.order_by("rule")
    assert [drop.rule for drop in drops] == ["first_paid", "hold"]
    assert all(drop.entry_from < drop.opens_at for drop in drops)
    assert WaitingPlace.objects.filter(state="waiting").count() == 2
    assert Giveaway.objects.get().state == Giveaway.State.OPEN
