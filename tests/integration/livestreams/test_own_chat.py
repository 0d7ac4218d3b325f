"""One person's chat: taken away as files, erased for good, nobody else's touched."""

import orjson
import pytest
from django.test import Client

from livestreams.models import ChatMessage, Livestream, Report
from livestreams.selectors.room import list_events
from livestreams.services.chat import NewMessage, post_message
from livestreams.services.erasure import erase_chat
from livestreams.services.reports import report_message
from shopfront.models import Audit, User

pytestmark = pytest.mark.django_db
ERASE = "/accounts/chat/erase/"


def say(show: Livestream, person: User, text: str) -> ChatMessage:
    return post_message(
        NewMessage(
            livestream=show.public_id,
            person=person.public_id,
            badges=(),
            text=text,
        )
    )


def test_both_files_hold_all_that_a_person_wrote_and_nothing_else(
    client: Client, show: Livestream, shopper: User, stranger: User
) -> None:
    say(show, shopper, "=1+1 is two")
    say(show, stranger, "Not mine")
    client.force_login(shopper)
    (line,) = client.get("/accounts/chat/chat.json").json()["messages"]
    assert (line["text"], line["show"]) == ("=1+1 is two", show.public_id)
    table = client.get("/accounts/chat/chat.csv").content.decode()
    assert "'=1+1 is two" in table
    assert "Not mine" not in table


def test_erased_text_is_gone_from_table_room_and_page(
    client: Client, show: Livestream, shopper: User, stranger: User
) -> None:
    mine = say(show, shopper, "My secret")
    say(show, stranger, "Not mine")
    client.force_login(shopper)
    client.post(ERASE)
    assert ChatMessage.objects.filter(text="My secret").exists()
    for _ in range(2):
        page = client.post(ERASE, {"sure": "1"}, follow=True)
    assert "You wrote 0 messages" in page.content.decode()
    mine.refresh_from_db()
    assert (mine.text, mine.author_name, mine.state) == ("", "", "removed")
    bodies = [bytes(one.body) for one in list_events(show.public_id, after=0)]
    assert not any(b"My secret" in body for body in bodies)
    removed = [orjson.loads(body) for body in bodies if b"chat.removed" in body]
    assert mine.public_id in [body["id"] for body in removed]
    assert ChatMessage.objects.get(author=stranger).text == "Not mine"
    assert Audit.objects.filter(action="livestreams.erase_chat").count() == 1


def test_what_an_open_report_is_about_stays_until_it_is_decided(
    show: Livestream, shopper: User, stranger: User
) -> None:
    row = say(show, shopper, "Buy at my shop")
    report_message(row, reporter=stranger, reason="spam")
    assert erase_chat(shopper, by=shopper) == 0
    Report.objects.update(state=Report.State.DISMISSED)
    assert erase_chat(shopper, by=shopper) == 1


def test_guests_have_no_chat_to_take_or_erase(client: Client) -> None:
    for address in ("", "chat.json", "chat.csv"):
        assert client.get(f"/accounts/chat/{address}").status_code == 302
    assert client.post(ERASE, {"sure": "1"}).status_code == 302
