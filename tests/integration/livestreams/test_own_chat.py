"""One person's chat: taken away as files, erased for good, nobody else's touched."""

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from livestreams.errors.shield import AlreadyChosen
from livestreams.models import ChatMessage, ErasureWish, Livestream, Report, WordList
from livestreams.models.sayings import say as spoken
from livestreams.selectors.room import list_events
from livestreams.services import reports
from livestreams.services.chat import NewMessage, post_message
from livestreams.services.erasure import erase_chat, erase_decided
from livestreams.services.moderation import decide_report
from livestreams.services.reports import report_message
from livestreams.services.shieldings import say_in_room
from livestreams.services.shows import end_livestream
from orders.models import Case
from shopfront.models import Audit, User
from tests.factories import make_paid_order, make_user, make_variant

pytestmark = pytest.mark.django_db
ERASE = "/accounts/chat/erase/"
COMPLAINT = "Where is my parcel? I paid three weeks ago and nobody answers"


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


@pytest.mark.parametrize("state", [Report.State.UPHELD, Report.State.DISMISSED])
def test_a_line_under_report_goes_after_the_decision_as_its_author_asked(
    client: Client,
    show: Livestream,
    shopper: User,
    stranger: User,
    staff: User,
    state: Report.State,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = say(show, shopper, "My secret")
    kept = say(show, stranger, "Not mine")
    report = report_message(row, reporter=stranger, reason="spam")
    report_message(kept, reporter=shopper, reason="spam")
    client.force_login(shopper)
    for _ in range(2):
        page = client.post(ERASE, {"sure": "1"}, follow=True).text
    assert "1 message that you asked to erase is under report" in page
    (line,) = client.get("/accounts/chat/chat.json").json()["messages"]
    wish = ErasureWish.objects.get()
    assert line["erasure_asked_at"] == wish.asked_at.isoformat()
    assert erase_decided() == 0
    hints: list[str] = []
    monkeypatch.setattr(reports, "enqueue_on_commit", hints.append)
    decide_report(report, state, by=staff, reason="Looked at it")
    assert hints == [reports.ERASE_TASK]
    assert erase_decided() == 1
    assert erase_decided() == 0
    row.refresh_from_db()
    assert (row.text, row.author_name, row.state) == ("", "", "removed")
    assert not ErasureWish.objects.exists()
    entry = Audit.objects.get(action="livestreams.erase_chat")
    assert (entry.actor, entry.subject_ref) == (shopper, shopper.public_id)
    kept.refresh_from_db()
    assert kept.text == "Not mine"
    bodies = [bytes(one.body) for one in list_events(show.public_id, after=0)]
    assert not any(b"My secret" in body for body in bodies)


def test_a_line_reported_anew_waits_for_that_decision_too(
    show: Livestream, shopper: User, stranger: User, staff: User
) -> None:
    row = say(show, shopper, "Buy at my shop")
    first = report_message(row, reporter=stranger, reason="spam")
    erase_chat(shopper, by=staff, reason="Asked for by post")
    decide_report(first, Report.State.DISMISSED, by=staff, reason="Fine")
    again = report_message(row, reporter=staff, reason="spam")
    assert erase_decided() == 0
    decide_report(again, Report.State.DISMISSED, by=stranger, reason="Fine")
    assert erase_decided() == 1


def test_guests_have_no_chat_to_take_or_erase(client: Client) -> None:
    for address in ("", "chat.json", "chat.csv"):
        assert client.get(f"/accounts/chat/{address}").status_code == 302
    assert client.post(ERASE, {"sure": "1"}).status_code == 302


def test_what_waited_when_the_show_ended_is_read_by_its_author_alone(
    client: Client, show: Livestream, shopper: User, stranger: User
) -> None:
    WordList.objects.create(language="en", severity="hold", words=["rubbish"])
    offered = say(show, shopper, COMPLAINT)
    client.force_login(shopper)
    held = say(show, shopper, "What rubbish")
    assert "a moderator looks at it first" in read_page(client)
    end_livestream(show)
    page = read_page(client)
    assert "What rubbish" in page
    assert held.why
    assert f"Why: {spoken(held.why)}." in page
    assert "It was never shown: the show ended before anybody decided." in page
    assert f"/accounts/chat/{offered.public_id}/case/" in page
    assert "Say it in the room" not in page
    client.force_login(stranger)
    assert "Only you can see this" not in read_page(client)


def test_an_offered_line_becomes_one_case_after_the_show(
    client: Client, show: Livestream, shopper: User
) -> None:
    line = make_paid_order(make_variant(), user=shopper).lines.get()
    message = say(show, shopper, COMPLAINT)
    end_livestream(show)
    client.force_login(shopper)
    assert line.title in read_page(client)
    url = f"/accounts/chat/{message.public_id}/case/"
    answers = [client.post(url, {"line": line.public_id}) for _ in range(2)]
    case = Case.objects.get()
    assert {answer["Location"] for answer in answers} == {case.get_absolute_url()}
    assert case.line == line
    message.refresh_from_db()
    assert message.state == ChatMessage.State.PRIVATE
    assert "Only you can see this" not in read_page(client)


def test_nobody_opens_a_case_of_what_is_not_theirs_or_was_not_offered(
    client: Client, show: Livestream, shopper: User, stranger: User
) -> None:
    foreign = make_paid_order(make_variant(), user=stranger).lines.get()
    offered = say(show, shopper, COMPLAINT)
    plain = say(show, shopper, "Hello all")
    remark = say(show, shopper, "you look so fat in that dress")
    url = "/accounts/chat/{}/case/".format
    assert client.post(url(offered.public_id)).status_code == 302
    client.force_login(stranger)
    assert client.post(url(offered.public_id)).status_code == 404
    client.force_login(shopper)
    for row in (plain, remark):
        assert client.post(url(row.public_id)).status_code == 404
    wrong = client.post(url(offered.public_id), {"line": foreign.public_id})
    assert wrong.status_code == 404
    assert client.get(url(offered.public_id)).status_code == 405
    assert not Case.objects.exists()
    say_in_room(offered)
    page = client.post(url(offered.public_id), follow=True).content.decode()
    assert str(AlreadyChosen.default_message) in page
    erase_chat(shopper, by=shopper)
    assert client.post(url(offered.public_id)).status_code == 404
    assert not Case.objects.exists()


def test_the_page_costs_the_same_whatever_waits(
    client: Client, show: Livestream
) -> None:
    WordList.objects.create(language="en", severity="hold", words=["rubbish"])
    counts = []
    for times in (1, 4):
        person = make_user()
        for number in range(times):
            say(show, person, f"Rubbish number {number}")
            ChatMessage.objects.create(
                livestream=show,
                author=person,
                author_name="Sam",
                text=COMPLAINT,
                state=ChatMessage.State.OFFERED,
            )
        client.force_login(person)
        with CaptureQueriesContext(connection) as seen:
            assert read_page(client).count("card stack stack--s") == 2 * times
        counts.append(len(seen))
    assert counts[0] == counts[1]


def read_page(client: Client) -> str:
    return client.get("/accounts/chat/").content.decode()
