"""The first page: live shows, the next ones, replays, never an empty grid."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from pytest_django import DjangoAssertNumQueries

from catalog.models import ProductPicture
from livestreams.models import Livestream
from livestreams.services import rsvps
from shopfront.common import clock, limits
from shopfront.common.pages import MEASURE_COOKIE
from shopfront.models import User
from tests.factories import (
    make_livestream,
    make_market,
    make_product,
    make_replay,
    make_variant,
)

pytestmark = pytest.mark.django_db
State = Livestream.State


def test_live_shows_stand_first_with_creator_label_and_link(client: Client) -> None:
    show = make_livestream(state=State.LIVE, title="Stools, live")
    page = client.get("/").content.decode()
    assert f'data-livestream="{show.public_id}"' in page
    assert "Stools, live" in page
    assert "Ada Example" in page
    assert "Paid partnership" in page
    assert "Watch live" in page


def test_viewers_are_counted_in_the_words_of_the_public(client: Client) -> None:
    many, few = (make_livestream(state=State.LIVE) for _ in range(2))
    now = clock.now().timestamp()
    for show, count in ((many, 12), (few, 3)):
        present = {f"person-{number}": now for number in range(count)}
        limits.client().zadd(f"viewers:{show.public_id}", present)
    page = client.get("/").content.decode()
    assert "12 watching" in page
    assert "a few watching" in page
    assert "3 watching" not in page


def test_a_paused_show_stays_on_the_wall_and_says_so(client: Client) -> None:
    make_livestream(state=State.PAUSED)
    assert "Short break" in client.get("/").content.decode()


def test_with_nothing_live_the_next_show_leads(client: Client) -> None:
    later = make_livestream(
        title="Later", starts_at=clock.now() + dt.timedelta(hours=5)
    )
    soon = make_livestream(title="Soon")
    page = client.get("/").content.decode()
    assert "The next show" in page
    assert page.index(soon.title) < page.index(later.title)
    assert "Remind me" in page
    assert "Live now</h2>" not in page


def test_upcoming_shows_say_whether_a_reminder_is_set(
    client: Client, shopper: User
) -> None:
    make_livestream(state=State.LIVE)
    rsvps.add_rsvp(make_livestream(), user=shopper)
    assert "undo" not in client.get("/").content.decode()
    client.force_login(shopper)
    assert "undo" in client.get("/").content.decode()


def test_replays_show_their_length(client: Client) -> None:
    make_replay(title="Over and out")
    page = client.get("/").content.decode()
    assert "Over and out" in page
    assert "1:15" in page


def test_shows_of_other_markets_and_long_past_times_are_left_out(
    client: Client,
) -> None:
    make_market()
    make_livestream(state=State.LIVE, title="Abroad", market=make_market("DE"))
    make_livestream(title="Stood up", starts_at=clock.now() - dt.timedelta(hours=3))
    page = client.get("/").content.decode()
    assert "Abroad" not in page
    assert "Stood up" not in page


def test_an_empty_shop_says_what_is_coming_instead_of_an_empty_grid(
    client: Client,
) -> None:
    make_market()
    assert "being prepared" in client.get("/").content.decode()


def test_queries_stay_the_same_however_much_is_on(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def fill() -> None:
        variant = make_variant()
        make_livestream(state=State.LIVE, products=(variant.product, make_product()))
        make_livestream()
        make_replay()

    fill()
    with django_assert_num_queries(9):
        client.get("/")
    for _ in range(3):
        fill()
    with django_assert_num_queries(9):
        client.get("/")


def test_the_foot_of_a_page_leads_back_to_it_in_its_language() -> None:
    make_market()

    def read(path: str, language: str = "en-gb", **cookies: str) -> str:
        client = Client(headers={"accept-language": language})
        client.cookies.load(cookies)
        return client.get(path).content.decode().partition('<footer class="')[2]

    foot = read("/shop/?order=price&q=%C3%A4")
    assert "/market/?next=/shop/%3Forder%3Dprice%26q%3D%25C3%25A4" in foot
    assert 'name="next" value="/shop/"' in foot
    assert f"<span>{settings.SITE_NAME}</span>" in foot
    assert "/market/?next=/about/terms/" in read("/about/terms/")
    for language in ("de", "en-gb", "de"):
        with translation.override(language):
            assert gettext("All products") in read("/", language)
    assert "Yes, count" not in read("/", **{MEASURE_COOKIE: "no"})
    assert "Yes, count" in read("/")


def test_the_question_in_the_foot_takes_the_answer_of_its_own_browser() -> None:
    make_market()
    browsers = [Client(enforce_csrf_checks=True) for _ in range(2)]
    feet = [
        browser.get("/").content.decode().partition("<footer")[2]
        for browser in browsers
    ]
    tokens = [re.findall(r'middlewaretoken" value="(\w+)"', foot)[0] for foot in feet]
    facts = {"purpose": "measure", "next": "/", "answer": "no"}
    for number, status in ((0, 403), (1, 302)):
        answer = browsers[1].post(
            "/privacy/choices/", {**facts, "csrfmiddlewaretoken": tokens[number]}
        )
        assert answer.status_code == status


def test_signed_out_visitors_get_no_session(client: Client) -> None:
    make_market()
    assert "sf_session" not in " ".join(client.get("/").cookies)


@pytest.mark.parametrize(
    "page", ["promises", "terms", "privacy", "imprint", "accessibility"]
)
def test_standing_pages_answer(client: Client, page: str) -> None:
    make_market()
    assert client.get(f"/about/{page}/").status_code == 200


def test_unknown_pages_are_kind(client: Client) -> None:
    answer = client.get("/about/nothing/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_products_of_the_market_stand_below_the_shows(client: Client) -> None:
    make_variant(product=make_product(title="Oak lamp"), price=7900)
    page = client.get("/").content.decode()
    assert "Oak lamp" in page
    assert "£79.00" in page


def test_a_show_without_poster_is_shown_by_its_first_product(client: Client) -> None:
    first, second = (make_variant().product for _ in range(2))
    for product in (first, second):
        ProductPicture.objects.create(
            product=product,
            original=f"originals/{product.slug}.jpg",
            content_hash=product.slug,
            width=800,
            height=1000,
        )
    make_livestream(products=(second, first))
    page = client.get("/").content.decode()
    assert f'src="/files/originals/{second.slug}.jpg" alt="" data-fallback' in page
