"""A brand limits work in the shows that it pays: tighter, never looser."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from creators.models import Creator, WorkLimit
from creators.selectors.worktime import read_standing
from shopfront.models import User
from tests.factories import make_brand, make_brand_member

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 17, 12, tzinfo=dt.UTC)


def test_a_brands_people_tighten_the_rules_of_work_for_their_shows(
    client: Client, creator: Creator, shopper: User, stranger: User
) -> None:
    brand, other = make_brand(), make_brand()
    make_brand_member(brand=brand, user=shopper)
    address = reverse("catalog:work-limits", args=[brand.slug])
    typed = {"market": "GB", "valid_from": "2026-11-18", "daily_cap_minutes": 300}
    with time_machine.travel(NOON, tick=False):
        client.force_login(shopper)
        assert address in client.get(reverse("catalog:pay-list")).text
        assert "10:00" in client.get(address).text
        loose = client.post(address, typed | {"daily_cap_minutes": 601})
        assert "only be tighter" in loose.text
        late = client.post(address, typed | {"valid_from": "2026-11-17"})
        assert (loose.status_code, late.status_code) == (400, 409)
        assert client.post(address, typed).status_code == 302
        assert "5:00" in client.get(address).text
        theirs = reverse("catalog:work-limits", args=[other.slug])
        assert client.post(theirs, typed).status_code == 404
        client.force_login(stranger)
        assert client.get(address).status_code == 404
    assert WorkLimit.objects.get().owner == brand.account
    later = NOON + dt.timedelta(days=1)
    caps = [
        standing.daily_cap
        for payer in (brand.account, other.account)
        if (standing := read_standing(creator.user, creator.market, later, payer=payer))
    ]
    assert caps == [300, 600]
