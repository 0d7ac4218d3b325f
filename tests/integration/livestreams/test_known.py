"""Known writers: lines stored in one trip, and never by what holds no more."""

import datetime as dt
from collections.abc import Callable
from unittest import mock

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from creators.models import Creator
from livestreams.errors import Banned, ChatClosed, LinksDenied, Muted, SignInToChat
from livestreams.errors.moderation import ShieldOn
from livestreams.errors.rules import FollowersOnly
from livestreams.models import ChatMessage, Livestream, RoomRules, Sanction
from livestreams.selectors import known as known_module
from livestreams.selectors.known import Memory
from livestreams.selectors.writers import read_writers
from livestreams.services import chat
from livestreams.services.chat import NewMessage, Outcome, store_messages
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.models import User

pytestmark = pytest.mark.django_db(transaction=True)

Change = Callable[[Livestream, User], object]


@pytest.fixture(autouse=True)
def nobody_known() -> None:
    chat._memory.cache_clear()


def say(show: Livestream, *authors: User, text: str = "Hello") -> list[Outcome]:
    return store_messages(
        [
            NewMessage(
                livestream=show.public_id,
                person=author.public_id,
                badges=(),
                text=text,
            )
            for author in authors
        ]
    )


def stop(kind: Sanction.Kind) -> Change:
    return lambda show, user: Sanction.objects.create(
        livestream=show, user=user, kind=kind, by=show.creator.user
    )


def set_show(**facts: object) -> Change:
    return lambda show, _: Livestream.objects.filter(pk=show.pk).update(**facts)


def let_followers_write(show: Livestream, _: User) -> None:
    RoomRules.objects.create(
        livestream=show, is_followers_only=True, changed_by=show.creator.user
    )


def close_account(_: Livestream, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def count_trips(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def test_who_wrote_lately_takes_one_trip_and_is_told_alike(
    show: Livestream, shopper: User, stranger: User
) -> None:
    assert count_trips(lambda: say(show, shopper, stranger)) >= 2
    assert count_trips(lambda: say(show, stranger, shopper)) == 1
    assert count_trips(lambda: say(show, stranger)) == 1
    rows = ChatMessage.objects.filter(livestream=show).order_by("seq")
    assert [row.seq for row in rows] == [2, 3, 4, 5, 6]  # the first is show.started
    people = [shopper.pk, stranger.pk, stranger.pk, shopper.pk, stranger.pk]
    assert [row.author_id for row in rows] == people


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (stop(Sanction.Kind.MUTE), Muted),
        (stop(Sanction.Kind.BAN), Banned),
        (set_show(state=Livestream.State.ENDED), ChatClosed),
        (set_show(shielded_at=dt.datetime(2026, 11, 22, tzinfo=dt.UTC)), ShieldOn),
        (let_followers_write, FollowersOnly),
        (close_account, SignInToChat),
    ],
    ids=["mute", "ban", "ended", "shield", "followers", "closed"],
)
def test_what_changed_since_holds_at_once(
    show: Livestream,
    shopper: User,
    stranger: User,
    change: Change,
    refusal: type[DomainError],
) -> None:
    say(show, shopper, stranger)
    change(show, shopper)
    outcome, *_ = say(show, shopper, stranger)
    assert isinstance(outcome, refusal)
    assert ChatMessage.objects.filter(author=shopper).count() == 1


def test_rules_that_change_again_are_read_again(
    show: Livestream, shopper: User
) -> None:
    RoomRules.objects.create(livestream=show, changed_by=show.creator.user)
    say(show, shopper)
    RoomRules.objects.update(is_followers_only=True)
    (outcome,) = say(show, shopper)
    assert isinstance(outcome, FollowersOnly)


def test_a_new_name_stands_beside_the_next_line(
    show: Livestream, shopper: User
) -> None:
    say(show, shopper)
    User.objects.filter(pk=shopper.pk).update(display_name="Samira")
    (row,) = say(show, shopper)
    assert isinstance(row, ChatMessage)
    assert row.author_name == "Samira"
    assert ChatMessage.objects.get(pk=row.pk).author_name == "Samira"


def test_a_sanction_that_ended_costs_nothing_and_one_that_holds_is_never_known(
    show: Livestream, shopper: User
) -> None:
    facts = {"livestream": show, "user": shopper, "by": show.creator.user}
    Sanction.objects.create(kind=Sanction.Kind.MUTE, until=clock.now(), **facts)
    say(show, shopper)
    assert count_trips(lambda: say(show, shopper)) == 1
    mute = Sanction.objects.create(kind=Sanction.Kind.MUTE, **facts)
    for _ in range(2):
        assert isinstance(say(show, shopper)[0], Muted)
    Sanction.objects.filter(pk=mute.pk).update(lifted_at=clock.now())
    assert isinstance(say(show, shopper)[0], ChatMessage)


def test_lines_that_are_not_ordinary_go_the_long_way(
    show: Livestream, shopper: User, stranger: User
) -> None:
    say(show, shopper, stranger)
    refused, taken = store_messages(
        [
            NewMessage(
                livestream=show.public_id, person=one.public_id, badges=(), text=text
            )
            for one, text in ((shopper, "see https://scam.example"), (stranger, "Hi"))
        ]
    )
    assert isinstance(refused, LinksDenied)
    assert isinstance(taken, ChatMessage)
    assert ChatMessage.objects.filter(livestream=show).count() == 3


def test_nothing_is_remembered_or_believed_inside_a_transaction(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    with transaction.atomic():
        say(show, shopper)
    assert count_trips(lambda: say(show, shopper)) == 2
    with transaction.atomic():
        User.objects.filter(pk=shopper.pk).update(display_name="One")
        say(show, shopper)
        User.objects.filter(pk=shopper.pk).update(display_name="Two")
        (row,) = say(show, shopper)
    assert isinstance(row, ChatMessage)
    assert row.author_name == "Two"


def test_memory_is_bounded_and_believed_for_half_a_minute(
    show: Livestream, shopper: User, stranger: User
) -> None:
    rooms, people = {show.public_id}, {shopper.public_id}
    memory = Memory()
    memory.keep(read_writers(rooms, people))
    assert memory.recall(rooms, people) is not None
    assert memory.recall(rooms, {*people, stranger.public_id}) is None
    assert memory.recall({*rooms, "other"}, people) is None
    assert memory.recall(set(), set()) is None
    with mock.patch.object(known_module, "BELIEVED_FOR", -1):
        memory.keep(read_writers(rooms, people))
    assert memory.recall(rooms, people) is None
    with mock.patch.object(known_module, "MOST", 1):
        memory.keep(read_writers(rooms, {stranger.public_id}))
    assert memory.recall(rooms, people) is None
    assert memory.recall(rooms, {stranger.public_id}) is not None
