"""The studio's acts on the chat: answer a line, keep one, set the rules."""

import pytest
from django.test import Client
from django.urls import reverse

from creators.models import Creator
from livestreams.models import ChatMessage, ChatPin, RoomRules
from shopfront.models import User
from tests.integration.creators.conftest import Stall
from tests.integration.creators.test_studio import (
    act,
    host,
    moderator,
    page_of,
    put_on_air,
    say,
)

__all__ = ["host", "moderator"]

pytestmark = pytest.mark.django_db


def test_a_moderator_sets_the_rules_and_the_room_is_open_again_after(
    client: Client, moderator: User, stall: Stall
) -> None:
    client.force_login(moderator)
    assert "Everybody may write" in page_of(client, stall.show)
    page = act(
        client,
        stall.show,
        "rules",
        slow_seconds="30",
        account_minutes="1440",
        followers="1",
    )
    assert "Not everybody may write" in page
    assert '<option value="30" selected>' in page
    rules = RoomRules.objects.get()
    assert (rules.slow_seconds, rules.account_minutes) == (30, 1_440)
    assert (rules.is_followers_only, rules.is_buyers_only) == (True, False)
    assert rules.changed_by == moderator
    act(client, stall.show, "rules", slow_seconds="0", account_minutes="0")
    assert "Everybody may write" in page_of(client, stall.show)


@pytest.mark.parametrize("wrong", ["7", "-1", "a lot", "9" * 40])
def test_a_rule_nobody_offered_is_refused(
    host: Client, stall: Stall, wrong: str
) -> None:
    assert "Choose one of the offered rules" in act(
        host, stall.show, "rules", slow_seconds=wrong
    )
    assert not RoomRules.objects.exists()


def test_a_line_is_kept_at_the_top_with_who_and_undone_in_one_step(
    host: Client, shopper: User, creator: Creator, stall: Stall
) -> None:
    put_on_air(stall.show)
    message = say(stall.show, shopper, "Free postage tonight")
    page = act(host, stall.show, "line", message=message.public_id)
    assert f"Kept at the top by {creator.user.name}" in page
    assert ChatPin.objects.get().message == message
    page = act(host, stall.show, "line-down", message=message.public_id)
    assert "Kept at the top by" not in page
    assert not ChatPin.objects.filter(removed_at=None).exists()


def test_the_host_answers_a_line_of_the_room(
    host: Client, shopper: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    message = say(stall.show, shopper, "Is it oak?")
    page = act(host, stall.show, "say", text="It is.", reply_to=message.public_id)
    assert "In reply to Sam" in page
    assert ChatMessage.objects.get(text="It is.").reply_to == message


@pytest.mark.parametrize("name", ["line", "line-down", "rules"])
def test_strangers_change_nothing_of_how_a_room_talks(
    client: Client, stranger: User, shopper: User, stall: Stall, name: str
) -> None:
    put_on_air(stall.show)
    message = say(stall.show, shopper)
    client.force_login(stranger)
    address = reverse("creators:studio-duty", args=[stall.show.public_id, name])
    facts = {"message": message.public_id, "slow_seconds": "30"}
    assert client.post(address, facts).status_code == 404
    assert not RoomRules.objects.exists()
    assert not ChatPin.objects.exists()


def test_the_studio_draws_the_last_half_hour(
    host: Client, shopper: User, stall: Stall
) -> None:
    put_on_air(stall.show)
    assert "Nobody wrote in it." in page_of(host, stall.show)
    say(stall.show, shopper)
    assert "Messages by time: 1 shown, 0 held" in page_of(host, stall.show)
