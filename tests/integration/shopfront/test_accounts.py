"""Accounts as people meet them: signing up and in, limits, the profile."""

import pytest
from django.test import Client
from django.urls import reverse

from livestreams.models import WordList
from livestreams.services import words
from shopfront.models import User
from tests.factories import make_market, make_user

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
SIGNUP = {
    "email": "new@people.example",
    "display_name": "Nell",
    "password1": "a long walk at dusk",
    "password2": "a long walk at dusk",
}


def sign_in(client: Client, email: str, password: str) -> int:
    return client.post(LOGIN, {"login": email, "password": password}).status_code


def test_sign_up_takes_market_and_language_from_the_page(client: Client) -> None:
    market = make_market()
    make_market("DE", languages=["de"])
    client.cookies["sf_market"] = "DE"

    answer = client.post("/accounts/signup/", SIGNUP)

    user = User.objects.get(email="new@people.example")
    assert answer.status_code == 302
    assert (user.display_name, user.language) == ("Nell", "en-gb")
    assert user.market is not None
    assert user.market.code == "DE"
    assert user.market != market


def test_sign_up_leaves_the_age_unknown_whatever_is_sent(client: Client) -> None:
    make_market()

    client.post("/accounts/signup/", SIGNUP | {"age_band": "adult"})

    user = User.objects.get(email="new@people.example")
    assert user.age_band == User.AgeBand.UNKNOWN
    assert user.age_assured_at is None


def test_sign_up_refuses_a_weak_password(client: Client) -> None:
    make_market()

    answer = client.post(
        "/accounts/signup/", SIGNUP | {"password1": "demo", "password2": "demo"}
    )

    assert answer.status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "Buy at shop.com",
        "sam@people.example",
        "07911 123456",
        "ZORBLE",
        "z0r\u200bble",
        "\u202e\u2066",
        "...",
    ],
)
def test_a_name_that_no_room_would_show_is_refused(client: Client, name: str) -> None:
    words.forget_rules()
    WordList.objects.create(language="en", severity="hold", words=["zorble"])
    make_market()
    answer = client.post("/accounts/signup/", SIGNUP | {"display_name": name})
    assert "everybody in a room reads it" in answer.content.decode()
    assert not User.objects.exists()
    user = make_user(display_name="Sam")
    client.force_login(user)
    facts = {"display_name": name, "language": "en-gb", "market": "GB"}
    answer = client.post(reverse("account_profile"), facts)
    assert "everybody in a room reads it" in answer.content.decode()
    user.refresh_from_db()
    assert user.display_name == "Sam"
    words.forget_rules()


def test_a_name_turns_no_line_and_stands_low(client: Client) -> None:
    make_market()
    name = "N\u202eell" + "\u0300" * 40
    client.post("/accounts/signup/", SIGNUP | {"display_name": name})
    assert User.objects.get().display_name == "Nell\u0300\u0300"


def test_sign_in_works_by_e_mail_and_a_password_of_old(client: Client) -> None:
    """The rules for new passwords do not lock out who has one already."""
    make_user(email="shopper@demo.example")

    assert sign_in(client, "shopper@demo.example", "demo") == 302
    assert client.session["_auth_user_id"]


def test_the_eleventh_failed_sign_in_is_refused(client: Client) -> None:
    """Even with the right password, and for an address that was never tried."""
    make_user(email="shopper@people.example")
    for number in range(10):
        assert sign_in(client, f"nobody{number}@people.example", "wrong") == 200

    sign_in(client, "shopper@people.example", "demo")

    assert "_auth_user_id" not in client.session


def test_an_account_is_closed_to_guessing_after_five_failures(client: Client) -> None:
    make_user(email="shopper@people.example")
    for _ in range(5):
        sign_in(client, "shopper@people.example", "wrong")

    sign_in(client, "shopper@people.example", "demo")

    assert "_auth_user_id" not in client.session


def test_demo_people_are_offered_in_the_demo_only(
    client: Client, settings: object
) -> None:
    make_market()
    assert b"teen@demo.example" in client.get(LOGIN).content

    settings.DEMO = False  # type: ignore[attr-defined]

    assert b"demo.example" not in client.get(LOGIN).content


@pytest.mark.parametrize(
    "name",
    [
        "account_profile",
        "account_email",
        "account_change_password",
        "mfa_index",
        "mfa_activate_totp",
        "account_logout",
    ],
)
def test_the_pages_of_an_account_answer(
    client: Client, shopper: User, name: str
) -> None:
    client.force_login(shopper)

    answer = client.get(reverse(name), follow=True)

    assert answer.status_code == 200
    assert b"accounts.css" in answer.content


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password"]
)
def test_the_way_in_answers_a_guest(client: Client, name: str) -> None:
    make_market()

    assert client.get(reverse(name)).status_code == 200


def test_the_profile_asks_to_sign_in(client: Client) -> None:
    make_market()

    answer = client.get("/accounts/profile/")

    assert answer.status_code == 302
    assert LOGIN in answer["Location"]


def test_the_profile_keeps_name_language_and_market(
    client: Client, shopper: User
) -> None:
    make_market("DE")
    client.force_login(shopper)
    sent = {"display_name": "Samira", "language": "de", "market": "DE"}

    answer = client.post("/accounts/profile/", sent)

    shopper.refresh_from_db()
    assert answer.status_code == 302
    assert answer.cookies["django_language"].value == "de"
    assert (shopper.display_name, shopper.language) == ("Samira", "de")
    assert shopper.market == make_market("DE")


def test_the_profile_cannot_make_anybody_older(client: Client, teen: User) -> None:
    client.force_login(teen)
    sent = {"display_name": "Kit", "language": "en-gb", "market": "GB"}

    client.post("/accounts/profile/", sent | {"age_band": "adult"})

    teen.refresh_from_db()
    assert teen.is_under_18


def test_the_profile_refuses_a_market_that_does_not_sell(
    client: Client, shopper: User
) -> None:
    make_market("DE", stage="planned")
    client.force_login(shopper)
    sent = {"display_name": "Sam", "language": "en-gb", "market": "DE"}

    assert client.post("/accounts/profile/", sent).status_code == 200

    shopper.refresh_from_db()
    assert shopper.market == make_market()
