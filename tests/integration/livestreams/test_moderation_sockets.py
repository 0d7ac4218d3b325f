"""Moderation over two web processes: told, closed and refused in both."""

import pytest

from creators.models import Creator
from livestreams.access.tickets import mint_ticket
from livestreams.errors import Banned
from livestreams.models import Livestream
from livestreams.services import ban_lists, removals, sanctions, shield_mode
from livestreams.services.chat import NewMessage, post_message
from livestreams.services.shows import start_livestream
from shopfront.models import User
from tests.factories import make_creator, make_livestream
from tests.rooms import RoomServer, enter

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_ban_everywhere_closes_the_sockets_of_all_processes(
    server: RoomServer,
    portable_server: RoomServer,
    show: Livestream,
    creator: Creator,
    shopper: User,
) -> None:
    friend = make_creator(handle="bea", display_name="Bea")
    ban_lists.accept_list(ban_lists.offer_list(creator, friend), by=friend)
    second = start_livestream(make_livestream(creator=creator))
    third = start_livestream(make_livestream(creator=friend))
    with (
        enter(server, show, shopper) as one,
        enter(portable_server, second, shopper) as two,
        enter(portable_server, third, shopper) as three,
    ):
        clients = (one, two, three)
        for client in clients:
            client.wait_for("hello")
        sanctions.ban_person(
            show, shopper, by=creator.user, reason="Threats", is_everywhere=True
        )
        for client in clients:
            assert client.wait_for_close() == (4403, "banned")
    for room in (show, second, third):
        with pytest.raises(Banned):
            mint_ticket(room, user=shopper)


def test_what_is_decided_is_told_to_the_person_alone_and_shield_mode_to_all(
    server: RoomServer,
    portable_server: RoomServer,
    show: Livestream,
    creator: Creator,
    shopper: User,
    stranger: User,
) -> None:
    message = NewMessage(
        livestream=show.public_id,
        person=shopper.public_id,
        badges=(),
        text="Gold for all",
    )
    post_message(message)
    with (
        enter(server, show, shopper) as one,
        enter(portable_server, show, stranger) as two,
    ):
        one.wait_for("chat.posted", text="Gold for all")
        two.wait_for("chat.posted", text="Gold for all")
        mute = sanctions.mute_person(
            show, shopper, by=creator.user, reason="Spam", is_wiping=True
        )
        two.wait_for("chat.removed")
        assert one.wait_for("moderation.told")["reason"] == "Spam"
        assert one.tell("chat.post", text="Hey")["code"] == "livestreams.muted"
        sanctions.lift_sanction(mute, by=creator.user, reason="Sorry")
        one.wait_for("moderation.told", is_undone=True)
        two.wait_for("chat.posted", text="Gold for all")
        action = shield_mode.raise_shield(show, by=creator.user)
        for client in (one, two):
            client.wait_for("shield.changed", is_on=True)
        assert two.tell("chat.post", text="Hey")["code"] == "livestreams.shield_on"
        removals.undo_action(action, by=creator.user, reason="Calm")
        two.wait_for("shield.changed", is_on=False)
        assert two.tell("chat.post", text="Hey")["type"] == "ok"
        assert not [one for one in two.seen if one["type"] == "moderation.told"]
