"""Brands write their briefings where they work, by the rules of the admin (P9)."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Brand
from creators.models import Creator
from livestreams.models import Briefing, BriefingLine, Livestream
from livestreams.selectors.brand_briefings import list_briefable
from livestreams.services.briefings import answer_line
from livestreams.services.shows import start_livestream
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import (
    make_agreement,
    make_brand,
    make_brand_member,
    make_livestream,
    make_product,
)

pytestmark = pytest.mark.django_db
LIST = "/briefings/"
WISHES = "Show the seam.\r\n\r\nDo not say “unbreakable”."


@pytest.fixture
def brand(db: None) -> Brand:
    """Make the brand that has wishes."""
    return make_brand(name="Harrow")


@pytest.fixture
def show(creator: Creator, brand: Brand) -> Livestream:
    """Make a planned show with goods of the brand on its shelf."""
    return make_livestream(creator=creator, products=(make_product(brand=brand),))


@pytest.fixture
def desk(client: Client, brand: Brand) -> Client:
    """Be signed in as somebody who acts for the brand."""
    client.force_login(make_brand_member(brand=brand).user)
    return client


def address(show: Livestream, brand: Brand) -> str:
    return reverse("livestreams:briefing-write", args=[brand.slug, show.public_id])


def read_wishes(desk: Client, show: Livestream, brand: Brand) -> str:
    """Return the list of wishes from the page."""
    page = desk.get(address(show, brand)).content.decode()
    return page.partition("<ol")[2].partition("</ol>")[0]


def test_a_brand_writes_its_wishes_and_the_host_is_told(
    desk: Client, show: Livestream, brand: Brand
) -> None:
    page = desk.get(LIST).content.decode()
    assert address(show, brand) in page
    assert "No briefing yet" in page
    for _ in range(2):
        page = desk.post(
            address(show, brand), {"lines": WISHES}, follow=True
        ).content.decode()
    assert page.count('<span class="chip">Not accepted yet</span>') == 2
    assert Briefing.objects.get().version == 1, "the same lines are one version"
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.to == [show.creator.user.email]
    assert "2 lines" in desk.get(LIST).content.decode()


def test_a_brand_reads_what_was_accepted_and_never_a_refusal(
    desk: Client, show: Livestream, brand: Brand
) -> None:
    desk.post(address(show, brand), {"lines": WISHES})
    first, second = BriefingLine.objects.all()
    before = read_wishes(desk, show, brand)
    answer_line(second, is_accepted=False)
    assert read_wishes(desk, show, brand) == before
    answer_line(first, is_accepted=True)
    page = desk.get(address(show, brand)).content.decode()
    assert "The host has accepted a line" in page
    assert "briefing-lines" not in page
    answer = desk.post(address(show, brand), {"lines": "Sing."})
    assert answer.status_code == 409
    assert Briefing.objects.get().version == 1
    assert "1 accepted" in desk.get(LIST).content.decode()


def test_what_no_briefing_may_ask_is_refused_and_what_was_typed_stays(
    desk: Client, show: Livestream, brand: Brand
) -> None:
    for lines, said in (
        ("Say the price.\nWear red.", "Line 2 has “wear”"),
        (" ", "A briefing has one to 20 lines"),
        ("x" * 301, "A briefing has one to 20 lines"),
    ):
        answer = desk.post(address(show, brand), {"lines": lines})
        assert answer.status_code == 400
        page = answer.content.decode()
        assert said in page
        assert lines.splitlines()[0] in page
    assert not Briefing.objects.exists()
    start_livestream(show)
    answer = desk.post(address(show, brand), {"lines": WISHES})
    assert "has begun" in answer.content.decode()
    assert not Briefing.objects.exists()


def test_one_version_after_another_is_held_up(
    desk: Client, show: Livestream, brand: Brand
) -> None:
    answers = [
        desk.post(address(show, brand), {"lines": f"Wish {n}"}).status_code
        for n in range(7)
    ]
    assert answers == [302] * 6 + [409]
    assert Briefing.objects.get().version == 6


def test_strangers_and_other_brands_find_nothing(
    client: Client, show: Livestream, brand: Brand, stranger: User, creator: Creator
) -> None:
    assert client.get(LIST).status_code == 302
    client.force_login(stranger)
    assert "You act for no brand" in client.get(LIST).content.decode()
    assert client.get(address(show, brand)).status_code == 404
    other = make_brand()
    client.force_login(make_brand_member(brand=other).user)
    assert "No show is planned" in client.get(LIST).content.decode()
    for whose in (brand, other):
        assert client.get(address(show, whose)).status_code == 404
        wish = {"lines": WISHES}
        assert client.post(address(show, whose), wish).status_code == 404
    assert not Briefing.objects.exists()


def test_a_secret_show_is_known_to_the_brand_that_pays_it_alone(
    desk: Client, show: Livestream, brand: Brand
) -> None:
    Livestream.objects.update(audience=Livestream.Audience.INVITED)
    assert desk.get(address(show, brand)).status_code == 404
    assert "No show is planned" in desk.get(LIST).content.decode()
    show.agreement = make_agreement(creator=show.creator, payer=brand.account)
    show.save()
    assert desk.get(address(show, brand)).status_code == 200
    assert show.title in desk.get(LIST).content.decode()
    Brand.objects.update(is_active=False)
    assert desk.get(address(show, brand)).status_code == 404


def test_more_shows_cost_no_more_queries(
    show: Livestream,
    brand: Brand,
    creator: Creator,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        make_livestream(creator=creator, products=(make_product(brand=brand),))
    with django_assert_num_queries(4):
        found = [
            (one.brand, one.show.creator.display_name, one.lines)
            for one in list_briefable([brand])
        ]
    assert found == [(brand, "Ada", 0)] * 4
