"""Ban lists shared between creators: by consent, by category, ended by either (C4)."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.test import Client

from creators.models import Creator
from livestreams.access.bans import is_banned
from livestreams.access.tickets import mint_ticket
from livestreams.errors import Banned
from livestreams.errors.moderation import ShareMissing, ShareTwice, ShareWithOneself
from livestreams.models import BanShare, Livestream, Sanction
from livestreams.selectors.ban_lists import list_taken
from livestreams.services import ban_lists, sanctions
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import make_creator, make_livestream, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def other() -> Creator:
    """Make another creator."""
    user = make_user(email="bea@people.example", display_name="Bea")
    return make_creator(user=user, handle="bea", display_name="Bea")


@pytest.fixture
def elsewhere(other: Creator) -> Livestream:
    """Make a show of the other creator on air."""
    return make_livestream(creator=other, state=Livestream.State.LIVE)


@pytest.fixture
def ban(show: Livestream, creator: Creator, shopper: User) -> Sanction:
    """Make a ban from all shows of the creator."""
    return sanctions.ban_person(
        show,
        shopper,
        by=creator.user,
        reason="Called Ada names.",
        is_everywhere=True,
        category="insult",
    )


def test_a_list_holds_once_it_is_accepted_and_until_either_stops(
    creator: Creator,
    other: Creator,
    elsewhere: Livestream,
    ban: Sanction,
    shopper: User,
) -> None:
    for side in (creator, other):
        share = ban_lists.offer_list(creator, other)
        assert not is_banned(shopper, elsewhere)
        assert ban_lists.accept_list(share, by=other) == 1
        with pytest.raises(Banned):
            mint_ticket(elsewhere, user=shopper)
        ban_lists.stop_list(share, by=side)
        assert not is_banned(shopper, elsewhere)
    assert is_banned(shopper, ban.livestream)


def test_a_lifted_ban_is_gone_everywhere(
    creator: Creator,
    other: Creator,
    elsewhere: Livestream,
    ban: Sanction,
    shopper: User,
) -> None:
    share = ban_lists.offer_list(creator, other)
    ban_lists.accept_list(share, by=other)
    sanctions.lift_sanction(ban, by=creator.user, reason="Apologised")
    assert not is_banned(shopper, elsewhere)
    assert list_taken(other)[0].counts == ()


def test_a_shared_ban_lasts_twelve_months(
    creator: Creator,
    other: Creator,
    elsewhere: Livestream,
    ban: Sanction,
    shopper: User,
) -> None:
    ban_lists.accept_list(ban_lists.offer_list(creator, other), by=other)
    with time_machine.travel(clock.now() + dt.timedelta(days=366), tick=False):
        assert not is_banned(shopper, elsewhere)
        assert is_banned(shopper, ban.livestream)


def test_a_ban_from_one_show_is_not_shared(
    show: Livestream,
    creator: Creator,
    other: Creator,
    elsewhere: Livestream,
    shopper: User,
) -> None:
    sanctions.ban_person(show, shopper, by=creator.user, reason="Rude")
    ban_lists.accept_list(ban_lists.offer_list(creator, other), by=other)
    assert not is_banned(shopper, elsewhere)


def test_only_whom_it_was_offered_to_accepts(
    creator: Creator, other: Creator, ban: Sanction
) -> None:
    share = ban_lists.offer_list(creator, other)
    with pytest.raises(ShareMissing):
        ban_lists.accept_list(share, by=creator)
    with pytest.raises(ShareTwice):
        ban_lists.offer_list(creator, other)
    with pytest.raises(ShareWithOneself):
        ban_lists.offer_list(creator, creator)
    with pytest.raises(ShareMissing):
        ban_lists.offer_list(creator, None)
    with pytest.raises(ShareMissing):
        ban_lists.stop_list(share, by=make_creator())


def test_whom_it_concerns_is_told_without_the_words(
    creator: Creator, other: Creator, ban: Sanction, shopper: User
) -> None:
    share = ban_lists.offer_list(creator, other)
    outbox.relay()
    assert {letter.to[0] for letter in mail.outbox} == {shopper.email, other.user.email}
    mail.outbox.clear()
    ban_lists.accept_list(share, by=other)
    ban_lists.accept_list(share, by=other)
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.to == [shopper.email]
    assert "Bea" in letter.body
    assert "/accounts/moderation/" in letter.body


def test_who_is_banned_after_a_list_was_accepted_is_told_of_it(
    show: Livestream, creator: Creator, other: Creator, shopper: User, stranger: User
) -> None:
    ban_lists.accept_list(ban_lists.offer_list(creator, other), by=other)
    third = make_creator(handle="cyd", display_name="Cyd")
    ban_lists.offer_list(creator, third)
    outbox.relay()
    mail.outbox.clear()
    for _again in range(2):
        sanctions.ban_person(
            show, shopper, by=creator.user, reason="Her words", is_everywhere=True
        )
    sanctions.ban_person(show, stranger, by=creator.user, reason="Only here")
    sanctions.mute_person(
        show, stranger, by=creator.user, reason="Quiet", is_everywhere=True
    )
    outbox.relay()
    (of_takers,) = [letter for letter in mail.outbox if "Bea" in letter.body]
    assert of_takers.to == [shopper.email]
    assert "/accounts/moderation/" in of_takers.body
    assert "Her words" not in of_takers.body
    assert not [letter for letter in mail.outbox if "Cyd" in letter.body]
    assert sum(letter.to == [shopper.email] for letter in mail.outbox) == 2


def test_the_page_offers_accepts_and_lifts(
    client: Client, creator: Creator, other: Creator, ban: Sanction, shopper: User
) -> None:
    client.force_login(creator.user)
    page = client.get("/creator/bans/").content.decode()
    assert "Called Ada names." in page
    client.post("/creator/bans/offer/", {"handle": "@bea"})
    share = BanShare.objects.get()
    client.force_login(other.user)
    page = client.get("/creator/bans/").content.decode()
    assert "Insult or hate: 1" in page
    assert "Called Ada names." not in page
    assert shopper.name not in page
    client.post("/creator/bans/accept/", {"share": share.public_id})
    assert "Holds in your shows" in client.get("/creator/bans/").content.decode()
    client.post("/creator/bans/lift/", {"ban": ban.public_id})
    assert Sanction.objects.holding(clock.now()).exists()
    client.force_login(creator.user)
    client.post("/creator/bans/lift/", {"ban": ban.public_id})
    assert not Sanction.objects.holding(clock.now()).exists()
    assert client.post("/creator/bans/rob/").status_code == 404


def test_strangers_see_no_bans(client: Client, stranger: User, ban: Sanction) -> None:
    client.force_login(stranger)
    assert client.get("/creator/bans/").status_code == 403
    assert client.post("/creator/bans/lift/", {"ban": ban.public_id}).status_code == 403
