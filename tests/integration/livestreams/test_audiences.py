"""Limited shows: who sees page, token, ticket and lists, and who no longer does."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from creators.models import Creator
from livestreams.access.audiences import may_watch, sign_invitation
from livestreams.access.playback import (
    find_playback,
    find_token_person,
    is_playback_token_right,
    mint_playback_token,
    sign_path,
)
from livestreams.access.shows import get_livestream_for
from livestreams.access.tickets import mint_ticket, read_ticket, renew_tickets
from livestreams.errors import (
    AdultsOnly,
    InvitationTaken,
    LivestreamMissing,
    MarketOnly,
    TicketInvalid,
)
from livestreams.models import Livestream, ShowInvitation
from livestreams.selectors.tiles import list_live_now
from livestreams.services.audiences import (
    claim_invitation,
    invite,
    revoke_invitation,
)
from shopfront.models import User
from tests.factories import make_livestream, make_market

pytestmark = pytest.mark.django_db

Audience = Livestream.Audience


def make_show(creator: Creator, audience: str) -> Livestream:
    return make_livestream(
        creator=creator, audience=audience, state=Livestream.State.LIVE
    )


def seat(show: Livestream, user: User, creator: Creator) -> ShowInvitation:
    place = invite(show, name="A friend", by=creator.user)
    claim_invitation(place, user)
    return place


def test_a_show_for_adults_refuses_everybody_whose_age_is_unknown(
    client: Client, creator: Creator, shopper: User, teen: User
) -> None:
    show = make_show(creator, Audience.ADULTS)
    assert get_livestream_for(shopper, show.public_id) == show
    for person in (AnonymousUser(), teen):
        with pytest.raises(AdultsOnly):
            get_livestream_for(person, show.public_id)
    page = client.get(show.get_absolute_url())
    assert page.status_code == 403
    assert "for adults" in page.content.decode()
    client.force_login(shopper)
    assert client.get(show.get_absolute_url()).status_code == 200


def test_a_show_for_a_market_is_for_its_accounts(
    creator: Creator, shopper: User, stranger: User
) -> None:
    show = make_show(creator, Audience.MARKET)
    shopper.market = show.market
    stranger.market = make_market("DE")
    assert get_livestream_for(shopper, show.public_id) == show
    with pytest.raises(MarketOnly):
        get_livestream_for(stranger, show.public_id)


@pytest.mark.parametrize("path", ["", "playback/", "calendar.ics"])
def test_a_stranger_learns_nothing_of_a_show_for_the_invited(
    client: Client, creator: Creator, stranger: User, path: str
) -> None:
    show = make_show(creator, Audience.INVITED)
    address = f"{show.get_absolute_url()}{path}"
    assert client.get(address).status_code == 404
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    assert client.post(f"{show.get_absolute_url()}ticket/").status_code == 404


def test_shows_for_adults_and_the_invited_stand_on_no_wall(creator: Creator) -> None:
    for audience in Audience.values:
        make_show(creator, audience)
    shown = {tile.public_id for tile in list_live_now(creator.market)}
    listed = Livestream.objects.filter(
        audience__in=[Audience.EVERYBODY, Audience.MARKET]
    )
    assert shown == set(listed.values_list("public_id", flat=True))


def test_the_first_account_that_opens_an_invitation_has_the_place(
    client: Client, creator: Creator, shopper: User, stranger: User
) -> None:
    show = make_show(creator, Audience.INVITED)
    place = invite(show, name="Sam", by=creator.user)
    link = f"{show.get_absolute_url()}invited/{sign_invitation(place)}/"
    assert client.get(link).url.startswith("/accounts/login/")  # type: ignore[attr-defined]
    client.force_login(shopper)
    assert "Take the place" in client.get(link).content.decode()
    assert client.post(link).status_code == 302
    assert client.post(link).status_code == 302
    assert client.get(show.get_absolute_url()).status_code == 200
    with pytest.raises(InvitationTaken):
        claim_invitation(place, stranger)
    client.force_login(stranger)
    assert client.get(link.replace(place.public_id, "x" * 12)).status_code == 404
    assert client.get(show.get_absolute_url()).status_code == 404


def test_a_withdrawn_invitation_ends_every_way_in(
    creator: Creator, shopper: User
) -> None:
    show = make_show(creator, Audience.INVITED)
    place = seat(show, shopper, creator)
    ticket = read_ticket(mint_ticket(show, user=shopper), show.public_id)
    assert may_watch(show.public_id, shopper.public_id)
    revoke_invitation(place)
    revoke_invitation(place)
    assert not may_watch(show.public_id, shopper.public_id)
    with pytest.raises(LivestreamMissing):
        get_livestream_for(shopper, show.public_id)
    (refusal,) = renew_tickets([ticket])
    assert isinstance(refusal, TicketInvalid)


def test_the_host_and_staff_watch_their_limited_show(
    creator: Creator, staff: User, stranger: User
) -> None:
    show = make_show(creator, Audience.INVITED)
    for person in (creator.user, staff):
        assert get_livestream_for(person, show.public_id) == show
        assert may_watch(show.public_id, person.public_id)
    assert not may_watch(show.public_id, stranger.public_id)
    assert not may_watch(show.public_id, "")


def test_the_token_of_a_limited_show_names_its_account(
    creator: Creator, shopper: User
) -> None:
    show = make_show(creator, Audience.ADULTS)
    playback = find_playback(show, shopper)
    assert playback is not None
    assert find_token_person(playback.token) == shopper.public_id
    assert is_playback_token_right(show.public_id, "low", playback.token)
    assert not is_playback_token_right(show.public_id, "standard", playback.token)
    other = playback.token.replace(shopper.public_id, creator.user.public_id)
    assert not is_playback_token_right(show.public_id, "low", other)
    expiry, _, rest = playback.token.partition("-")
    nameless = f"{expiry}-{rest.removeprefix(shopper.public_id)[1:]}"
    assert not is_playback_token_right(show.public_id, "low", nameless)


def test_a_token_ends_and_opens_one_show_only(creator: Creator) -> None:
    show, other = make_show(creator, "everybody"), make_show(creator, "everybody")
    with time_machine.travel(dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC), tick=False):
        token = mint_playback_token(show, "low", seconds=60)
        assert find_token_person(token) == ""
        assert is_playback_token_right(show.public_id, "low", token)
        assert not is_playback_token_right(other.public_id, "low", token)
        late = sign_path(show.public_id, "low", 1)
        assert not is_playback_token_right(show.public_id, "low", late)


def test_the_host_invites_and_withdraws_in_the_portal(
    client: Client, creator: Creator, shopper: User
) -> None:
    show = make_livestream(creator=creator, audience=Audience.INVITED)
    page = f"/creator/shows/{show.public_id}/audience/"
    client.force_login(creator.user)
    client.post(page, {"name": "Sam"})
    place = ShowInvitation.objects.get(livestream=show)
    with CaptureQueriesContext(connection) as few:
        text = client.get(page).content.decode()
    assert sign_invitation(place) in text
    for number in range(5):
        invite(show, name=f"Guest {number}", by=creator.user)
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)
    client.post(f"{page}withdraw/", {"invitation": place.public_id})
    place.refresh_from_db()
    assert place.revoked_at is not None
    client.force_login(shopper)
    assert client.get(page).status_code == 403
