"""Moderating from the studio: what waits first, acts, their undoing, calls for help."""

import pytest
from django.test import Client
from django.urls import reverse

from creators.models import Creator
from creators.portal import moderating
from livestreams.models import (
    ChatMessage,
    CoHost,
    HelpCall,
    Livestream,
    ModerationAction,
    Sanction,
    WordList,
)
from livestreams.selectors.room import list_events
from livestreams.selectors.waiting import MOST_WAITING, read_waiting
from livestreams.services import chat, reports, words
from livestreams.services.shows import start_livestream
from shopfront.models import User
from tests.factories import make_user
from tests.integration.creators.conftest import Stall

pytestmark = pytest.mark.django_db


@pytest.fixture
def show(stall: Stall) -> Livestream:
    """Put the stall's show on air."""
    return start_livestream(stall.show)


@pytest.fixture
def moderator(show: Livestream, client: Client) -> Client:
    """Be signed in as the show's moderator."""
    person = make_user(email="mo@people.example", display_name="Mo")
    CoHost.objects.create(livestream=show, user=person, duty=CoHost.Duty.MODERATOR)
    client.force_login(person)
    return client


@pytest.fixture
def host(creator: Creator) -> Client:
    """Be signed in as the host."""
    client = Client()
    client.force_login(creator.user)
    return client


def act(client: Client, show: Livestream, name: str, **facts: str) -> str:
    address = reverse("creators:studio-duty", args=[show.public_id, name])
    response = client.post(address, facts, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def page_of(client: Client, show: Livestream) -> str:
    address = reverse("creators:studio", args=[show.public_id])
    return client.get(address).content.decode()


def say(show: Livestream, person: User, text: str) -> ChatMessage:
    return chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=person.public_id,
            badges=(),
            text=text,
        )
    )


def test_held_reported_and_flagged_lines_wait_above_the_chat(
    moderator: Client, host: Client, show: Livestream, shopper: User, stranger: User
) -> None:
    words.forget_rules()
    WordList.objects.create(language="en", severity="hold", words=["rubbish"])
    say(show, shopper, "rubbish")
    reported = say(show, shopper, "Buy at my shop")
    flagged = say(show, shopper, "So so")
    say(show, shopper, "Lovely")
    ChatMessage.objects.filter(pk=flagged.pk).update(is_flagged=True)
    reports.report_message(reported, reporter=stranger, reason="spam")
    page = page_of(moderator, show)
    waiting = page[page.index('id="studio-waiting"') : page.index('id="studio-chat"')]
    for text in ("rubbish", "Buy at my shop", "So so", "spam"):
        assert text in waiting
    assert "Lovely" not in waiting
    assert waiting.index("Buy at my shop") < waiting.index("rubbish")
    assert 'id="studio-waiting"' not in page_of(host, show)
    act(moderator, show, "keep", message=reported.public_id)
    act(moderator, show, "keep", message=flagged.public_id)
    page = page_of(moderator, show)
    waiting = page[page.index('id="studio-waiting"') : page.index('id="studio-chat"')]
    assert "Buy at my shop" not in waiting
    assert "So so" not in waiting
    words.forget_rules()


def test_a_flagged_line_is_marked_in_each_studio_and_nowhere_else(
    moderator: Client,
    host: Client,
    client: Client,
    show: Livestream,
    shopper: User,
) -> None:
    words.forget_rules()
    WordList.objects.create(
        creator=show.creator, language="en", severity="flag", words=["outlet"]
    )
    line = say(show, shopper, "Is it from the outlet?")
    say(show, shopper, "Lovely")
    for seat in (moderator, host):
        page = page_of(seat, show)
        log = page[page.index('id="studio-chat"') :]
        assert log.count("Flagged: words that moderators want to see") == 1
        assert "Let it stand" in log
    assert b"Flagged" not in client.get(show.get_absolute_url()).content
    assert not [
        one
        for one in list_events(show.public_id, after=0)
        if b"flag" in bytes(one.body)
    ]
    act(host, show, "keep", message=line.public_id)
    log = page_of(host, show)
    assert "Flagged" not in log[log.index('id="studio-chat"') :]
    words.forget_rules()


def test_a_reported_line_comes_before_older_ones_that_fill_the_list(
    moderator: Client, show: Livestream, shopper: User, stranger: User
) -> None:
    for number in range(MOST_WAITING + 2):
        flagged = say(show, shopper, f"So so, number {number}")
    ChatMessage.objects.filter(author=shopper).update(is_flagged=True)
    newest = say(show, shopper, "Buy at my shop")
    reports.report_message(newest, reporter=stranger, reason="spam")
    waiting = read_waiting(show)
    assert waiting.lines[0].public_id == newest.public_id
    assert flagged.public_id not in {line.public_id for line in waiting.lines}
    assert (len(waiting.lines), waiting.count) == (MOST_WAITING, MOST_WAITING + 3)
    page = page_of(moderator, show)
    assert "3 more after these." in page


def test_a_moderator_sees_no_money(moderator: Client, show: Livestream) -> None:
    page = page_of(moderator, show)
    for part in ("studio-sales", "studio-shelf", "studio-encoder", "£"):
        assert part not in page


def test_a_moderator_bans_from_the_show_and_only_the_host_from_all(
    moderator: Client, host: Client, show: Livestream, shopper: User
) -> None:
    line = say(show, shopper, "Threat")
    facts = {"message": line.public_id, "category": "danger"}
    act(moderator, show, "ban", scope="all", **facts)
    assert not Sanction.objects.exists()
    page = page_of(moderator, show)
    for lasting in moderating.BANS:
        assert f'<option value="{lasting}">' in page
    act(moderator, show, "ban", lasting="day", **facts)
    ban = Sanction.objects.get()
    assert (ban.creator, ban.category) == (None, "danger")
    assert ban.until is not None
    assert ban.reason.startswith("Danger to somebody")
    assert "Undo the ban of Sam" in page_of(moderator, show)
    act(host, show, "ban", scope="all", **facts)
    wide = Sanction.objects.exclude(creator=None).get()
    assert wide.action is not None
    act(moderator, show, "lift", sanction=wide.public_id)
    act(moderator, show, "undo", action=wide.action.public_id)
    wide.refresh_from_db()
    assert wide.lifted_at is None
    act(host, show, "undo", action=wide.action.public_id)
    wide.refresh_from_db()
    assert wide.lifted_at is not None


def test_a_mute_takes_what_was_written_or_lets_it_stay(
    moderator: Client, show: Livestream, shopper: User
) -> None:
    line = say(show, shopper, "Rude")
    act(moderator, show, "mute", message=line.public_id, lines="stay")
    assert Sanction.objects.get().kind == "mute"
    line.refresh_from_db()
    assert line.state == "visible"
    Sanction.objects.all().delete()
    act(moderator, show, "mute", message=line.public_id)
    line.refresh_from_db()
    assert line.state == "removed"


def test_a_phrase_is_counted_then_removed_then_undone(
    moderator: Client, show: Livestream, shopper: User, stranger: User
) -> None:
    rows = [say(show, shopper, "free gold"), say(show, stranger, "GOLD here")]
    assert "is in 2 messages" in act(moderator, show, "phrase", phrase="gold")
    assert ChatMessage.objects.filter(state="visible").count() == 2
    page = act(moderator, show, "phrase", phrase="gold", act="remove")
    assert not ChatMessage.objects.filter(state="visible").exists()
    action = ModerationAction.objects.get()
    assert f"undo-{action.public_id}" in page
    page = act(moderator, show, "undo", action=action.public_id)
    assert "Undone" in page
    assert ChatMessage.objects.filter(state="visible").count() == len(rows)


def test_shield_mode_is_one_switch(
    moderator: Client, show: Livestream, shopper: User
) -> None:
    page = act(moderator, show, "shield-mode")
    assert 'aria-pressed="true"' in page
    show.refresh_from_db()
    assert show.shielded_at is not None
    act(moderator, show, "shield-mode")
    show.refresh_from_db()
    assert show.shielded_at is None


def test_the_host_calls_and_reads_who_comes(
    moderator: Client, host: Client, show: Livestream
) -> None:
    page = act(host, show, "help", words="Threats in the chat")
    assert "called for help" in page
    assert "I am on it" not in page
    page = page_of(moderator, show)
    assert "Threats in the chat" in page
    assert "I am on it" in page
    call = HelpCall.objects.get()
    act(moderator, show, "help-answer", call=call.public_id)
    assert "Mo came to help." in page_of(host, show)
