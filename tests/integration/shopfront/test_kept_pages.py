"""What pages keep for all holds nothing of anybody's own, and nobody gets another's.

Each check is tried with the keys as they are, and again with one of them loosened:
then it must fail, else it would see nothing.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from catalog.models import Product
from catalog.services import offers
from catalog.services.prices import set_price
from catalog.services.stock import holder_of
from catalog.views import shop
from creators.models import Creator
from creators.services.follows import follow_creator
from livestreams.access.tickets import read_ticket
from livestreams.models import Livestream
from livestreams.services.rsvps import add_rsvp
from livestreams.services.shows import start_livestream
from livestreams.views import watch
from shopfront.common import clock, sharing
from shopfront.common.sharing import KeptPage, Part, finish, read_shared
from shopfront.models import User
from shopfront.views import home
from tests.factories import (
    make_livestream,
    make_market,
    make_offer_limit,
    make_place,
    make_product,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db
Audience, State = Livestream.Audience, Livestream.State
Check = Callable[[], None]


@pytest.fixture(autouse=True)
def moment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[time_machine.Traveller]:
    """Keep pages as the shop does, in a moment that stands still."""
    settings.SHARED_SECONDS = 0.9
    monkeypatch.setattr(sharing, "_kept", {})
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def look(path: str, user: User | None = None, **cookies: str) -> str:
    """Return a page as one person sees it, from a browser of their own."""
    client = Client()
    for name, value in cookies.items():
        client.cookies[name] = value
    if user is not None:
        client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def check_age_on_the_product_page() -> None:
    path = make_variant().product.get_absolute_url()
    teen = make_user(age_band=User.AgeBand.UNDER_18)
    for user, may_buy in ((teen, False), (make_user(), True), (None, True)):
        page = look(path, user)
        assert ("Buy now" in page) is may_buy
        assert ("You must be 18" in page) is not may_buy


def check_guests_in_a_waiting_list() -> None:
    path = make_variant(stock=0).product.get_absolute_url()
    for user in (make_user(), None, make_user()):
        assert ('type="email"' in look(path, user)) is (user is None)


def check_places_in_a_waiting_list() -> None:
    variant = make_variant(stock=0)
    path = variant.product.get_absolute_url()
    people = [make_user(), make_user()]
    for person in people:
        make_place(variant, holder=holder_of(person, ""))
    for number, person in enumerate(people, start=1):
        page = look(path, person)
        assert re.findall(r"You are number (\d)", page) == [str(number)]
    for user in (make_user(), None):
        assert "You are number" not in look(path, user)


def check_the_chosen_variant() -> None:
    product = make_product()
    names = [make_variant(product=product).public_id for _ in range(2)]
    for name in (names[1], names[0], names[1]):
        page = look(f"{product.get_absolute_url()}?variant={name}")
        assert re.findall(r'value="(\w+)" required\s+checked', page) == [name]


def check_prices_of_markets() -> None:
    variant = make_variant(price=2500)
    germany = make_market("DE")
    set_price(variant, germany, 3100)
    for path in ("/", "/shop/", variant.product.get_absolute_url()):
        assert "£25.00" in look(path, sf_market="GB")
        page = look(path, sf_market="DE")
        assert "€31.00" in page
        assert "£" not in page
        assert "€31.00" in look(path, make_user(market=germany), sf_market="GB")


def check_languages() -> None:
    variant = make_variant(price=2500)
    show = make_livestream(state=State.LIVE, products=(variant.product,))
    product, watched = variant.product.get_absolute_url(), show.get_absolute_url()
    for path in ("/", "/shop/", product, watched):
        assert "£25.00" in look(path, django_language="en-gb")
        assert "25,00\xa0£" in look(path, django_language="de")


def check_follows() -> None:
    show = make_livestream(state=State.LIVE)
    follower, stranger = make_user(), make_user()
    follow_creator(show.creator, user=follower)
    for user, follows in ((follower, True), (stranger, False), (None, False)):
        page = look(show.get_absolute_url(), user)
        assert ("Following · undo" in page) is follows
        assert "1 follower<" in page
        assert ("data-chat-follow" in page) is (user is stranger)
        assert ("Sign in to chat" in page) is (user is None)
        assert ("Report this show" in page) is (user is not None)


def check_giveaways_stay_with_adults() -> None:
    show = make_livestream(state=State.LIVE)
    unknown = make_user(age_band=User.AgeBand.UNKNOWN)
    for user, is_adult in ((make_user(), True), (unknown, False), (None, False)):
        page = look(show.get_absolute_url(), user)
        assert ("data-giveaways" in page) is is_adult
        assert ("data-counts-down" in page) is is_adult


def check_reminders() -> None:
    show = make_livestream()
    wisher = make_user()
    add_rsvp(show, user=wisher)
    for path in ("/", show.get_absolute_url()):
        for user in (wisher, make_user(), None):
            page = look(path, user)
            assert ("Reminder set" in page) is (user is wisher)


def check_two_products() -> None:
    for title in ("Oak stool", "Elm stool"):
        product = make_variant(product=make_product(title=title)).product
        show = make_livestream(state=State.LIVE, title=f"All about {title}")
        assert f"<h1>{title}</h1>" in look(product.get_absolute_url())
        page = look(show.get_absolute_url())
        assert f'<h1 class="watch__title">All about {title}</h1>' in page


def check_pages_of_the_shop() -> None:
    for number in range(21):
        make_variant(product=make_product(title=f"Stool {number}!"), price=900 + number)
    for query, first in (("", 20), ("?page=2", 0), ("?order=price", 0)):
        titles = re.findall(r"Stool (\d+)!</a>", look(f"/shop/{query}"))
        assert int(titles[0]) == first


def check_hosts_see_at_once_what_guests_never_do() -> None:
    show = make_livestream()
    path, host, guest = show.get_absolute_url(), show.creator.user, make_user()
    for user in (host, guest):
        assert "The chat opens when the show begins" in look(path, user)
    start_livestream(show)
    assert "The chat opens when the show begins" in look(path, guest)
    assert "You host this show" in look(path, host)
    assert "You host this show" not in look(path, guest)


def loosen_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Finish each part once for everybody, whoever looks."""
    strict = KeptPage.get_part

    def get_part(page: KeptPage, template: str, *, gaps: Any = (), **kind: Any) -> Part:
        first = page._parts.get(template)
        page._parts[template] = first or strict(page, template, gaps=gaps, **kind)
        return page._parts[template]

    monkeypatch.setattr(KeptPage, "get_part", get_part)


def loosen_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read once for all that is asked for, whatever the market or the address."""
    for module in (shop, watch, home):
        monkeypatch.setattr(
            module, "read_shared", lambda read, *key: read_shared(read, key[0])
        )


def loosen_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read and finish once for all languages."""
    monkeypatch.setattr(sharing, "get_language", lambda: "")


def loosen_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep also what is finished for one person."""
    parts: dict[str, Part] = {}

    def keep(template: str, facts: Any, *, gaps: Any = ()) -> Part:
        if template not in parts:
            parts[template] = finish(template, facts, gaps=gaps)
        return parts[template]

    for module in (shop, watch, home):
        monkeypatch.setattr(module, "finish", keep)
    monkeypatch.setattr(sharing, "finish", keep)


CHECKS = {
    check_age_on_the_product_page: loosen_kinds,
    check_guests_in_a_waiting_list: loosen_kinds,
    check_the_chosen_variant: loosen_kinds,
    check_follows: loosen_kinds,
    check_giveaways_stay_with_adults: loosen_kinds,
    check_prices_of_markets: loosen_names,
    check_two_products: loosen_names,
    check_pages_of_the_shop: loosen_names,
    check_languages: loosen_languages,
    check_places_in_a_waiting_list: loosen_own,
    check_reminders: loosen_own,
    check_hosts_see_at_once_what_guests_never_do: loosen_own,
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_nobody_gets_what_was_kept_for_others(check: Check) -> None:
    check()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_with_a_loosened_key_the_check_fails(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    CHECKS[check](monkeypatch)
    with pytest.raises(AssertionError):
        check()


def test_each_visitor_has_a_token_a_seat_and_a_key_of_their_own() -> None:
    variant = make_variant()
    show = make_livestream(state=State.LIVE, products=(variant.product,))
    people = [make_user(), make_user()]
    path, product = show.get_absolute_url(), variant.product.get_absolute_url()
    seats = []
    for person in people:
        (text,) = re.findall(r'data-ticket="([^"]+)"', look(path, person))
        seats.append(read_ticket(text, show.public_id).person)
    assert seats == [person.public_id for person in people]
    for pattern in (
        r'name="key" value="([^"]+)"',
        r'middlewaretoken" value="(\w{64})"',
    ):
        found = [re.findall(pattern, look(product, person)) for person in people]
        assert all(found)
        assert not set(found[0]) & set(found[1])


def test_a_form_of_a_kept_page_is_taken_from_the_browser_that_got_it() -> None:
    variant = make_variant()
    path = variant.product.get_absolute_url()
    browsers = [Client(enforce_csrf_checks=True) for _ in range(2)]
    forms: list[dict[str, str]] = []
    for browser in browsers:
        page = browser.get(path).content.decode()
        form = page.split('action="/buy/"')[1].split("</form>")[0]
        forms.append(dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)))
    swapped = browsers[0].post("/cart/add/", {**forms[1], "quantity": "1"})
    assert swapped.status_code == 403
    for browser, own in zip(browsers, forms, strict=True):
        answer = browser.post("/cart/add/", {**own, "quantity": "1"})
        assert answer.status_code == 303
        assert ">1</span>" in browser.get(path).content.decode()
    assert ">1</span>" not in look(path)


def test_kept_pages_cost_a_guest_no_query_and_are_new_within_a_second(
    moment: time_machine.Traveller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    variant = make_variant(price=2500)
    show = make_livestream(state=State.LIVE, products=(variant.product,))
    paths = ["/", "/shop/", variant.product.get_absolute_url(), show.get_absolute_url()]
    for path in paths:
        assert "£25.00" in look(path)
    set_price(variant, make_market(), 1900)
    moment.shift(0.8)
    with django_assert_num_queries(0):
        for path in paths:
            assert "£25.00" in look(path)
    moment.shift(0.2)
    for path in paths:
        assert "£19.00" in look(path)


def test_what_is_withdrawn_is_gone_within_a_second_and_its_absence_is_not_kept(
    client: Client, moment: time_machine.Traveller
) -> None:
    product = make_variant(product=make_product(state=Product.State.DRAFT)).product
    path = product.get_absolute_url()
    assert client.get(path).status_code == 404
    product.state = Product.State.ACTIVE
    product.save()
    assert client.get(path).status_code == 200
    product.state = Product.State.WITHDRAWN
    product.save()
    moment.shift(0.9)
    assert client.get(path).status_code == 404


def test_a_limited_show_is_nobodys_who_is_not_admitted(creator: Creator) -> None:
    show = make_livestream(
        creator=creator, audience=Audience.ADULTS, state=State.LIVE, title="Late night"
    )
    path = show.get_absolute_url()
    token = r'data-media-token="([^"]+)"'
    people = [make_user(), make_user()]
    for person in people:
        (mark,) = re.findall(token, look(path, person))
        assert person.public_id in mark
    for user in (make_user(age_band=User.AgeBand.UNDER_18), None):
        browser = Client()
        if user is not None:
            browser.force_login(user)
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "Late night" not in answer.content.decode()


def test_an_offer_counts_down_to_its_end_within_a_kept_moment(
    moment: time_machine.Traveller,
) -> None:
    variant = make_variant(price=2500)
    show = make_livestream(state=State.LIVE, products=(variant.product,))
    make_offer_limit(product=variant.product)
    offers.open_offer(
        variant.product,
        make_market(),
        amount_minor=1500,
        length=dt.timedelta(minutes=10),
        by=make_user(),
    )
    adult, unknown = make_user(), make_user(age_band=User.AgeBand.UNKNOWN)
    left = r'data-ends-in="(\d+)"'
    for path in (variant.product.get_absolute_url(), show.get_absolute_url()):
        first = int(re.findall(left, look(path, adult))[0])
        moment.shift(0.3)
        assert first - int(re.findall(left, look(path, adult))[0]) == 300
        assert not re.findall(left, look(path, unknown))


def test_a_way_back_to_a_checkout_is_ones_own() -> None:
    path = make_livestream(state=State.LIVE).get_absolute_url()
    assert "/checkout/" not in look(path)
    assert 'hx-get="/checkout/ABC/sheet/"' in look(f"{path}?checkout=ABC")
    assert 'hx-get="/checkout' not in look(f"{path}?checkout=%2F")
    assert 'hx-get="/checkout' not in look(path)
