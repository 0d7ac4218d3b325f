"""Following a creator: the button, its undo, the list and the count."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from creators.models import Creator, Follow
from creators.selectors.follows import read_follow
from creators.services.follows import follow_creator
from shopfront.models import User
from tests.factories import make_creator, make_livestream

pytestmark = pytest.mark.django_db


def press(client: Client, creator: Creator, wanted: str, **facts: str) -> str:
    """Press the button as a plain form and return the page that follows."""
    address = f"/c/{creator.handle}/follow/"
    response = client.post(address, {"wanted": wanted, **facts}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_a_follow_is_counted_once_listed_and_undone(
    client: Client, creator: Creator, shopper: User
) -> None:
    client.force_login(shopper)
    for _ in range(2):
        assert "1 follower" in press(client, creator, "1")
    assert "Unfollow Ada" in client.get("/accounts/following/").content.decode()
    page = press(client, creator, "0", next="/accounts/following/")
    assert "You follow nobody yet" in page
    assert not Follow.objects.exists()


def test_the_button_answers_itself_to_htmx(
    client: Client, creator: Creator, shopper: User
) -> None:
    client.force_login(shopper)
    address, headers = f"/c/{creator.handle}/follow/", {"HX-Request": "true"}
    answer = client.post(address, {"wanted": "1"}, headers=headers).content.decode()
    assert "Following Ada" in answer
    assert "<html" not in answer


def test_guests_are_asked_to_sign_in_and_come_back(
    client: Client, creator: Creator
) -> None:
    address = f"/c/{creator.handle}/follow/"
    answer = client.post(address, {"wanted": "1", "next": "/shop/"})
    assert answer["Location"] == "/accounts/login/?next=%2Fshop%2F"
    foreign = client.post(address, {"wanted": "1", "next": "https://evil.example/"})
    assert foreign["Location"] == "/accounts/login/?next=%2Fc%2Fada%2F"
    assert client.get("/accounts/following/").status_code == 302


def test_a_creator_cannot_follow_themselves(client: Client, creator: Creator) -> None:
    client.force_login(creator.user)
    answer = client.post(f"/c/{creator.handle}/follow/", {"wanted": "1"})
    assert answer.status_code == 400
    assert read_follow(creator, creator.user).is_own
    assert not Follow.objects.exists()


def test_an_unverified_creator_has_no_followers(client: Client, shopper: User) -> None:
    hidden = make_creator(state=Creator.State.APPLIED)
    client.force_login(shopper)
    assert client.post(f"/c/{hidden.handle}/follow/").status_code == 404


def test_the_list_is_ones_own(
    client: Client, creator: Creator, shopper: User, stranger: User
) -> None:
    follow_creator(creator, user=shopper)
    client.force_login(stranger)
    assert "You follow nobody" in client.get("/accounts/following/").content.decode()
    assert not read_follow(creator, stranger).is_following


def test_a_show_has_the_button(client: Client, creator: Creator, shopper: User) -> None:
    show = make_livestream(creator=creator)
    follow_creator(creator, user=shopper)
    client.force_login(shopper)
    page = client.get(f"/live/{show.public_id}/").content.decode()
    assert "Following Ada" in page


def test_a_longer_list_costs_no_more_queries(
    client: Client,
    shopper: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(shopper)
    follow_creator(make_creator(), user=shopper)
    with django_assert_max_num_queries(20) as few:
        client.get("/accounts/following/")
    for _ in range(3):
        follow_creator(make_creator(), user=shopper)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get("/accounts/following/")
