"""The complaint shield: aside before anybody sees it, its author chooses (C6, C10)."""

import datetime as dt

import orjson
import pytest
from django.core import mail

from creators.models import Creator
from livestreams.errors import ChatClosed, MessageMissing, Muted
from livestreams.errors.shield import (
    AlreadyChosen,
    QuestionAboutPerson,
    QuestionForTheShop,
)
from livestreams.models import ChatMessage, Livestream, RoomEvent, Shielding, WordList
from livestreams.selectors.replays import list_chat_between
from livestreams.selectors.room import read_room
from livestreams.selectors.shieldings import count_danger, read_shield
from livestreams.selectors.studio import read_chat
from livestreams.services import (
    ban_lists,
    chat,
    moderation,
    questions,
    sanctions,
    shieldings,
)
from livestreams.services.demo_chat import REMARKS
from livestreams.services.shield import weigh
from livestreams.services.shows import end_livestream
from orders.models import Case
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import (
    make_creator,
    make_livestream,
    make_paid_order,
    make_user,
    make_variant,
)
from tests.integration.livestreams.conftest import Listen, Told

pytestmark = pytest.mark.django_db

COMPLAINT = "where is my parcel, it has been three weeks and nobody answers"
QUALITY = "mine fell apart after one wash"
DANGER = "the charger caught fire last night"
REMARK = "you look so fat in that dress"
State, Answer = ChatMessage.State, Shielding.Answer


def new(show: Livestream, person: User, text: str) -> chat.NewMessage:
    return chat.NewMessage(
        livestream=show.public_id,
        person=person.public_id,
        badges=(),
        text=text,
    )


def say(show: Livestream, person: User, text: str) -> ChatMessage:
    return chat.post_message(new(show, person, text))


def names(told: Told) -> list[tuple[str, str]]:
    return [(orjson.loads(one.body)["type"], one.to) for one in told]


def test_a_complaint_is_offered_to_its_author_before_anybody_sees_it(
    show: Livestream, shopper: User, listen: Listen
) -> None:
    order = make_paid_order(make_variant(), user=shopper)
    with listen() as told:
        message = say(show, shopper, COMPLAINT)
    assert message.state == State.OFFERED
    assert names(told) == [("case.told", shopper.public_id)]
    offered = orjson.loads(told[0].body)
    assert offered["text"] == COMPLAINT
    assert offered["lines"] == [
        {
            "id": order.lines.get().public_id,
            "title": order.lines.get().title,
            "order": order.number,
        }
    ]
    assert not RoomEvent.objects.filter(type="chat.posted").exists()
    assert COMPLAINT.encode() not in b"".join(
        one.body for one in read_room(show.public_id).envelopes if not one.to
    )


def test_a_private_case_leaves_no_trace_in_the_room(
    show: Livestream, shopper: User, listen: Listen
) -> None:
    line = make_paid_order(make_variant(), user=shopper).lines.get()
    message = say(show, shopper, COMPLAINT)
    with listen() as told:
        case = shieldings.open_private_case(message, line=line)
    assert (case.line, case.user, case.kind) == (line, shopper, "complaint")
    assert case.messages.get().text == COMPLAINT
    message.refresh_from_db()
    assert message.state == State.PRIVATE
    (opened,) = (orjson.loads(one.body) for one in told)
    assert opened["state"] == "opened"
    assert opened["number"] == case.number
    assert not RoomEvent.objects.filter(type="chat.posted").exists()
    assert shieldings.open_private_case(message) == case
    with pytest.raises(AlreadyChosen):
        shieldings.say_in_room(message)


def test_what_is_said_in_the_room_is_seen_by_all_and_numbered(
    show: Livestream, shopper: User, listen: Listen
) -> None:
    message = say(show, shopper, COMPLAINT)
    with listen() as told:
        shieldings.say_in_room(message)
        shieldings.say_in_room(message)
    assert names(told) == [("chat.posted", ""), ("case.told", shopper.public_id)]
    message.refresh_from_db()
    assert (message.state, message.seq) == (State.VISIBLE, 2)
    with pytest.raises(AlreadyChosen):
        shieldings.open_private_case(message)
    assert not Case.objects.exists()


@pytest.mark.parametrize(("text", "kind"), [(QUALITY, "quality"), (DANGER, "danger")])
def test_words_about_quality_and_danger_stay_in_the_room(
    show: Livestream, shopper: User, listen: Listen, text: str, kind: str
) -> None:
    with listen() as told:
        message = say(show, shopper, text)
    assert message.state == State.VISIBLE
    assert names(told) == [("chat.posted", ""), ("case.told", shopper.public_id)]
    case = shieldings.open_private_case(message)
    message.refresh_from_db()
    assert message.state == State.VISIBLE
    assert case.kind == kind


def test_danger_reaches_the_staff_once_and_at_once(
    show: Livestream, shopper: User, staff: User
) -> None:
    say(show, shopper, DANGER)
    say(show, shopper, "my son choked on a small part of it")
    outbox.relay()
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.bcc == [staff.email]
    assert DANGER in letter.body
    assert "choked" in letter.body
    assert not Shielding.objects.filter(alerted_at=None).exists()


def test_danger_in_a_question_reaches_the_staff_as_in_the_chat(
    show: Livestream, shopper: User, staff: User
) -> None:
    question = questions.ask_question(new(show, shopper, DANGER))
    say(show, make_user(), DANGER)
    outbox.relay()
    outbox.relay()
    (letter,) = mail.outbox
    assert letter.bcc == [staff.email]
    assert f"Asked: “{DANGER}”" in letter.body
    question.refresh_from_db()
    assert question.alerted_at is not None
    assert count_danger(question.asked_at) == 2


def test_a_remark_waits_for_a_moderator_and_no_rule_releases_it(
    show: Livestream, shopper: User, creator: Creator, listen: Listen
) -> None:
    with listen() as told:
        message = say(show, shopper, REMARK)
    assert message.state == State.HELD
    assert message.why
    assert names(told) == [("chat.held", shopper.public_id)]
    assert moderation.look_again(message.pk) is None
    assert moderation.hint_unseen() == 0
    assert read_chat(show, is_calm=True) == ()
    assert [line.text for line in read_chat(show)] == [REMARK]
    chat.release_message(message, by=creator.user, reason="Harmless")
    assert [line.text for line in read_chat(show, is_calm=True)] == [REMARK]


def test_the_host_reads_numbers_and_never_the_words(
    show: Livestream, shopper: User
) -> None:
    say(show, shopper, "hello from leeds")
    waiting, private, spoken = (say(show, make_user(), COMPLAINT) for _ in range(3))
    shieldings.open_private_case(private)
    shieldings.say_in_room(spoken)
    for text in (QUALITY, DANGER, REMARK):
        say(show, make_user(), text)
    assert [line.text for line in read_chat(show, is_calm=True)] == ["hello from leeds"]
    assert {line.text for line in read_chat(show)} == {
        "hello from leeds",
        COMPLAINT,
        QUALITY,
        DANGER,
        REMARK,
    }
    window = (show.created_at, clock.now() + dt.timedelta(minutes=1))
    replayed = list_chat_between(show, *window, is_calm=True)
    assert [line["text"] for line in replayed] == ["hello from leeds"]
    assert len(list_chat_between(show, *window)) == 4
    standing = read_shield(show)
    assert (standing.private_cases, standing.waiting, standing.in_room) == (1, 1, 1)
    assert (standing.about_goods, standing.about_danger, standing.remarks) == (1, 1, 1)
    assert waiting.state == State.OFFERED


def test_the_hosts_side_is_never_shielded(show: Livestream, creator: Creator) -> None:
    row = chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=creator.user.public_id,
            badges=("host",),
            text=COMPLAINT,
            is_host_side=True,
        )
    )
    assert row.state == State.VISIBLE
    assert not Shielding.objects.exists()


def test_rude_words_still_wait_for_a_look_when_said_in_the_room(
    show: Livestream, shopper: User
) -> None:
    WordList.objects.create(language="en", severity="hold", words=["rubbish"])
    message = say(show, shopper, f"rubbish shop, {COMPLAINT}")
    assert message.state == State.OFFERED
    shieldings.say_in_room(message)
    message.refresh_from_db()
    assert message.state == State.HELD
    assert moderation.hint_unseen(limit=5) in {0, 1}


def test_who_is_banned_by_a_shared_list_gets_nothing_into_the_room(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    message, friend = say(show, shopper, COMPLAINT), make_creator()
    elsewhere = make_livestream(creator=friend)
    ban_lists.accept_list(ban_lists.offer_list(friend, creator), by=creator)
    sanctions.ban_person(
        elsewhere, shopper, by=friend.user, reason="Threats", is_everywhere=True
    )
    with pytest.raises(Muted):
        shieldings.say_in_room(message)
    message.refresh_from_db()
    assert message.state == State.OFFERED


def test_a_muted_person_or_an_ended_show_gets_nothing_into_the_room(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    message = say(show, shopper, COMPLAINT)
    sanctions.mute_person(show, shopper, by=creator.user, reason="Shouting")
    with pytest.raises(Muted):
        shieldings.say_in_room(message)
    end_livestream(show)
    message.livestream.refresh_from_db()
    with pytest.raises(ChatClosed):
        shieldings.say_in_room(message)
    assert shieldings.open_private_case(message).number


def test_what_was_removed_meanwhile_cannot_be_chosen(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    message = say(show, shopper, COMPLAINT)
    chat.remove_message(message, by=creator.user, reason="Erased")
    with pytest.raises(MessageMissing):
        shieldings.say_in_room(message)


def test_questions_about_orders_and_persons_do_not_reach_the_host(
    show: Livestream, shopper: User
) -> None:
    with pytest.raises(QuestionForTheShop):
        questions.ask_question(new(show, shopper, COMPLAINT))
    with pytest.raises(QuestionAboutPerson):
        questions.ask_question(new(show, shopper, REMARK))
    assert questions.ask_question(new(show, shopper, "Is it oak?")).text


def test_the_demos_invented_lines_are_ordinary() -> None:
    said = [(line, language) for language in REMARKS for line in REMARKS[language]]
    assert [one for one in said if not weigh(*one).is_ordinary] == []
