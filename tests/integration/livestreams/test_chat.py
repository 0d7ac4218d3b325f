"""Chat as people meet it: stored before shown, held, removed, never back."""

import threading
from collections.abc import Callable

import orjson
import pytest
import time_machine
from django.db import connection

from creators.models import Creator
from livestreams.errors import (
    Banned,
    ChatBlocked,
    ChatClosed,
    LinksDenied,
    MessageEmpty,
    Muted,
    SignInToChat,
)
from livestreams.errors.words import PaymentNumberPosted
from livestreams.models import ChatMessage, Livestream, RoomEvent, WordList
from livestreams.models.sayings import say
from livestreams.selectors.room import list_events, read_room
from livestreams.services import chat, moderation, reports, room, sanctions, words
from livestreams.services.chat import NewMessage, post_message, store_messages
from livestreams.services.shows import end_livestream, start_livestream
from livestreams.tasks import second_look_task
from shopfront.common import clock
from shopfront.models import Audit, User
from tests.factories import make_livestream, make_market, make_user
from tests.integration.livestreams.conftest import Listen

pytestmark = pytest.mark.django_db


def message(show: Livestream, author: User, text: str = "Hello") -> NewMessage:
    return NewMessage(
        livestream=show.public_id,
        person=author.public_id,
        badges=(),
        text=text,
    )


def make_list(severity: str, *words: str) -> WordList:
    return WordList.objects.create(language="en", severity=severity, words=list(words))


def texts(show: Livestream) -> list[str]:
    """Read what a replay of the whole room shows."""
    bodies = [
        orjson.loads(event.body) for event in list_events(show.public_id, after=0)
    ]
    return [body["text"] for body in bodies if body["type"] == "chat.posted"]


def test_a_message_is_stored_numbered_and_told_after_commit(
    show: Livestream, shopper: User, listen: Listen
) -> None:
    with listen() as told:
        row = post_message(message(show, shopper))
        assert told == []
    (event,) = told
    assert row.seq == event.seq == 2  # the first is show.started
    assert orjson.loads(event.body)["author"] == {"name": "Sam", "badges": []}
    assert texts(show) == ["Hello"]


def test_room_events_hold_ids_and_no_words(show: Livestream, shopper: User) -> None:
    row = post_message(message(show, shopper))
    stored = RoomEvent.objects.get(livestream=show, type="chat.posted")
    assert stored.body == {"id": row.public_id}


def test_a_batch_keeps_its_order_and_answers_each(
    show: Livestream, shopper: User, stranger: User
) -> None:
    batch = [message(show, shopper, f"line {n}") for n in range(5)]
    batch.insert(2, message(show, stranger, "   "))
    outcomes = store_messages(batch)
    assert isinstance(outcomes[2], MessageEmpty)
    assert texts(show) == [f"line {n}" for n in range(5)]


def test_a_batch_costs_the_same_queries_whatever_its_size(
    show: Livestream,
    shopper: User,
    django_assert_num_queries: "object",
) -> None:
    with django_assert_num_queries(3):  # type: ignore[operator]
        store_messages([message(show, shopper, f"line {n}") for n in range(50)])


def test_guests_and_closed_accounts_only_read(show: Livestream, shopper: User) -> None:
    User.objects.filter(pk=shopper.pk).update(is_active=False)
    with pytest.raises(SignInToChat):
        post_message(message(show, shopper))


def test_the_chat_is_open_while_the_show_is_on_air(
    shopper: User, creator: Creator
) -> None:
    upcoming = make_livestream(creator=creator)
    with pytest.raises(ChatClosed):
        post_message(message(upcoming, shopper))
    with pytest.raises(ChatClosed):
        post_message(message(end_livestream(upcoming), shopper))


def test_blocked_words_are_refused_however_they_are_written(
    show: Livestream, shopper: User
) -> None:
    make_list("block", "badword")
    for text in ("badword", "B a d w o r d", "b4dw0rd!", "bad\u200bword", "BÁDWORD"):
        with pytest.raises(ChatBlocked):
            post_message(message(show, shopper, text))
    assert post_message(message(show, shopper, "not so bad a word")).seq
    assert ChatMessage.objects.count() == 1


def test_a_list_holds_in_its_language_and_market_only(
    show: Livestream, shopper: User
) -> None:
    WordList.objects.create(language="es", severity="block", words=["negro"])
    WordList.objects.create(
        language="en", severity="block", words=["crisps"], market=make_market("DE")
    )
    assert post_message(message(show, shopper, "negro, size L, and crisps")).seq
    WordList.objects.create(language="", severity="block", words=["spamword"])
    words.forget_rules()
    with pytest.raises(ChatBlocked):
        post_message(message(show, shopper, "spamword"))


def test_links_come_from_the_host_and_staff_only(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    with pytest.raises(LinksDenied):
        post_message(message(show, shopper, "see https://scam.example now"))
    host = NewMessage(
        livestream=show.public_id,
        person=creator.user.public_id,
        badges=("host",),
        text="see https://shop.example",
        is_host_side=True,
    )
    assert post_message(host).seq


def test_a_held_message_is_told_to_its_author_alone(
    show: Livestream, shopper: User, listen: Listen
) -> None:
    make_list("hold", "rubbish")
    with listen() as told:
        row = post_message(message(show, shopper, "what rubbish"))
    (event,) = told
    assert event.to == shopper.public_id
    assert orjson.loads(event.body)["state"] == "held"
    assert row.seq is None
    assert texts(show) == []
    (kept,) = [one for one in read_room(show.public_id).envelopes if one.to]
    assert kept.body == event.body


def test_contact_details_wait_for_a_person_and_say_why(
    show: Livestream, teen: User, shopper: User
) -> None:
    User.objects.update(date_joined=clock.now().replace(year=2020))
    for author, text in (
        (teen, "write me at teen@people.example"),
        (shopper, "call 0113 496 0000"),
    ):
        held = post_message(message(show, author, text))
        assert held.state == ChatMessage.State.HELD
        assert "for your safety" in say(held.why)
        moderation.look_again(held.pk)
        held.refresh_from_db()
        assert held.state == ChatMessage.State.HELD
        assert held.looked_at is not None
    assert post_message(message(show, teen, "I like it")).seq


def test_card_and_account_numbers_are_never_stored(
    show: Livestream, shopper: User
) -> None:
    for text in ("4111 1111 1111 1111", "pay to DE89 3704 0044 0532 0130 00 please"):
        with pytest.raises(PaymentNumberPosted, match="Never post a card"):
            post_message(message(show, shopper, text))
    assert not ChatMessage.objects.exists()


def test_a_flagged_line_is_shown_and_marked_for_moderators(
    show: Livestream, shopper: User
) -> None:
    make_list("flag", "giveaway")
    flagged = post_message(message(show, shopper, "is there a giveaway?"))
    plain = post_message(message(show, shopper, "nice"))
    assert texts(show) == ["is there a giveaway?", "nice"]
    assert list(ChatMessage.objects.filter(is_flagged=True)) == [flagged]
    assert not plain.is_flagged


def test_a_line_in_another_language_is_judged_by_its_own_lists(
    show: Livestream, shopper: User
) -> None:
    WordList.objects.create(language="de", severity="block", words=["die", "lump"])
    assert post_message(message(show, shopper, "the die is cast, I buy it")).seq
    with pytest.raises(ChatBlocked):
        post_message(message(show, shopper, "du bist doch ein richtiger Lump"))


def test_a_creators_list_holds_in_the_shows_of_that_creator(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    other = start_livestream(make_livestream())
    WordList.objects.create(creator=creator, severity="block", words=["cocktail"])
    WordList.objects.create(language="en", severity="allow", words=["cocktail"])
    assert post_message(message(other, shopper, "a cocktail dress")).seq
    with pytest.raises(ChatBlocked):
        post_message(message(show, shopper, "a cocktail dress"))


def test_changed_lists_are_seen_within_ten_seconds(
    show: Livestream, shopper: User
) -> None:
    with time_machine.travel(clock.now(), tick=False) as time:
        assert post_message(message(show, shopper, "badword")).seq
        make_list("block", "badword")
        time.shift(11)
        with pytest.raises(ChatBlocked):
            post_message(message(show, shopper, "badword"))


def test_the_second_look_releases_with_an_explanation(
    show: Livestream, shopper: User, listen: Listen
) -> None:
    make_list("hold", "rubbish")
    User.objects.update(date_joined=clock.now().replace(year=2020))
    row = post_message(message(show, shopper, "what rubbish"))
    with listen() as told:
        second_look_task(row.pk)
        second_look_task(row.pk)
    row.refresh_from_db()
    assert row.state == ChatMessage.State.VISIBLE
    assert say(row.why).startswith("Released after a second look")
    assert row.looked_at is not None
    assert [event.key for event in told] == [
        f"chat:{row.public_id}",
        f"held:{row.public_id}",
    ]
    assert texts(show) == ["what rubbish"]


@pytest.mark.parametrize("stop", [sanctions.mute_person, sanctions.ban_person])
def test_no_rule_shows_what_somebody_wrote_who_was_stopped_since(
    show: Livestream, shopper: User, creator: Creator, stop: Callable[..., object]
) -> None:
    make_list("hold", "rubbish")
    User.objects.update(date_joined=clock.now().replace(year=2020))
    row = post_message(message(show, shopper, "what rubbish"))
    stop(show, shopper, by=creator.user, reason="Rude")
    moderation.look_again(row.pk)
    row.refresh_from_db()
    assert row.state == ChatMessage.State.HELD
    assert row.looked_at is not None
    assert texts(show) == []


def test_the_second_look_removes_what_many_things_speak_against(
    show: Livestream, shopper: User, stranger: User, listen: Listen
) -> None:
    make_list("hold", "zorb", "plim")
    shown = post_message(message(show, shopper, "fine"))
    reports.report_message(shown, reporter=stranger, reason="rude")
    row = post_message(message(show, shopper, "a zorb and a plim"))
    with listen() as told:
        moderation.look_again(row.pk)
    row.refresh_from_db()
    assert row.state == ChatMessage.State.REMOVED
    assert "others reported this person" in say(row.why)
    (event,) = told
    assert event.to == shopper.public_id
    assert orjson.loads(event.body)["explanation"] == say(row.why)


def test_a_lost_hint_is_found_by_the_sweep(
    show: Livestream, shopper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_list("hold", "rubbish")
    row = post_message(message(show, shopper, "rubbish"))
    assert moderation.hint_unseen() == 0
    ChatMessage.objects.update(at=clock.now() - moderation.HINT_LOST_AFTER * 2)
    hints: list[tuple[object, ...]] = []
    monkeypatch.setattr(moderation, "enqueue_on_commit", lambda *a: hints.append(a))
    assert moderation.hint_unseen() == 1
    assert hints == [(chat.SECOND_LOOK_TASK, row.pk)]


def test_removed_text_never_comes_back(
    show: Livestream, shopper: User, creator: Creator, listen: Listen
) -> None:
    row = post_message(message(show, shopper, "secret"))
    with listen() as told:
        chat.remove_message(row, by=creator.user, reason="Private matters")
        chat.remove_message(row, by=creator.user, reason="again")
    assert [event.key for event in told] == [
        f"chat:{row.public_id}",
        f"held:{row.public_id}",
    ]
    events = list_events(show.public_id, after=0)
    assert [event.seq for event in events] == [1, 2, 3]
    assert not any(b"secret" in event.body for event in events)
    assert not any(b"secret" in e.body for e in read_room(show.public_id).envelopes)
    assert Audit.objects.get(action="livestreams.remove_message").actor == creator.user


def test_a_mute_stops_writing_and_wipes_what_was_written(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    post_message(message(show, shopper, "noise"))
    sanction = sanctions.mute_person(
        show, shopper, by=creator.user, reason="Noise", is_wiping=True
    )
    with pytest.raises(Muted):
        post_message(message(show, shopper))
    assert texts(show) == []
    sanctions.lift_sanction(sanction, by=creator.user, reason="Apologised")
    assert post_message(message(show, shopper)).seq


def test_a_ban_ends_by_itself(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    sanction = sanctions.ban_person(
        show, shopper, by=creator.user, reason="Threats", until=None
    )
    with pytest.raises(Banned):
        post_message(message(show, shopper))
    sanction.until = clock.now()
    sanction.save()
    assert post_message(message(show, shopper)).seq


def test_a_second_report_of_one_person_is_the_first(
    show: Livestream, shopper: User, stranger: User
) -> None:
    row = post_message(message(show, shopper))
    first = reports.report_message(row, reporter=stranger, reason="Spam")
    assert reports.report_message(row, reporter=stranger, reason="More") == first


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_and_no_double_when_many_write(creator: Creator) -> None:
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    people = [make_user() for _ in range(4)]

    def write(person: User) -> None:
        for n in range(10):
            store_messages([message(show, person, f"line {n}")])
        connection.close()

    threads = [threading.Thread(target=write, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = RoomEvent.objects.filter(livestream=show).values_list("seq", flat=True)
    assert list(numbers.order_by("seq")) == list(range(1, 41))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_numbers_read_before_they_are_taken_would_collide(creator: Creator) -> None:
    """Negative control: without the row lock two writers take the same number."""
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    room.take_numbers(show, 1)
    both_have_read = threading.Barrier(2)
    taken: list[int] = []

    def take() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seq FROM livestreams_roomsequence WHERE livestream_id = %s",
                [show.pk],
            )
            (seq,) = cursor.fetchone()
        both_have_read.wait()
        taken.append(seq + 1)
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == [2, 2]
