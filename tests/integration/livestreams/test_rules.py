"""Rules of a room: slow mode, age of accounts, followers and buyers only (C3)."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from creators.models import Creator
from creators.services.follows import follow_creator
from livestreams.errors.rules import (
    AccountTooNew,
    BuyersOnly,
    FollowersOnly,
    RulesUnknown,
    SlowMode,
)
from livestreams.models import ChatMessage, ChatTurn, Livestream, LivestreamProduct
from livestreams.services.chat import (
    NewMessage,
    draft_message,
    post_message,
    store_messages,
)
from livestreams.services.rules import change_rules
from shopfront.common import clock
from shopfront.models import Audit, User
from tests.factories import make_livestream, make_paid_order, make_user, make_variant
from tests.integration.livestreams.conftest import Listen

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 21, 18, 0, tzinfo=dt.UTC)


def say(
    show: Livestream,
    author: User,
    text: str = "Hello",
    *,
    is_host_side: bool = False,
) -> NewMessage:
    return NewMessage(
        livestream=show.public_id,
        person=author.public_id,
        badges=(),
        text=text,
        is_host_side=is_host_side,
    )


def test_a_slow_room_takes_one_message_in_its_time(
    show: Livestream, shopper: User, stranger: User, creator: Creator
) -> None:
    with time_machine.travel(NOW, tick=False) as traveller:
        change_rules(show, by=creator.user, slow_seconds=30)
        post_message(say(show, shopper))
        post_message(say(show, stranger))
        traveller.shift(12)
        with pytest.raises(SlowMode) as refused:
            post_message(say(show, shopper))
        assert refused.value.extra["retry_after"] == 18.0
        traveller.shift(18)
        assert post_message(say(show, shopper)).seq


def test_the_rule_of_now_decides_how_long_somebody_waits(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    with time_machine.travel(NOW, tick=False) as traveller:
        change_rules(show, by=creator.user, slow_seconds=300)
        post_message(say(show, shopper))
        change_rules(show, by=creator.user, slow_seconds=5)
        traveller.shift(5)
        assert post_message(say(show, shopper)).seq


def test_one_batch_gives_one_turn_to_each_person(
    show: Livestream, shopper: User, stranger: User, creator: Creator
) -> None:
    change_rules(show, by=creator.user, slow_seconds=60)
    batch = [say(show, shopper, f"line {n}") for n in range(3)]
    outcomes = store_messages([*batch, say(show, stranger)])
    assert [isinstance(one, ChatMessage) for one in outcomes] == [
        True,
        False,
        False,
        True,
    ]


def test_a_refused_message_costs_no_turn(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    change_rules(show, by=creator.user, slow_seconds=60)
    store_messages([say(show, shopper, "see https://scam.example")])
    assert not ChatTurn.objects.exists()
    assert post_message(say(show, shopper)).seq


def test_host_and_moderators_never_wait(
    show: Livestream, stranger: User, creator: Creator
) -> None:
    change_rules(
        show,
        by=creator.user,
        slow_seconds=300,
        account_minutes=10_080,
        is_followers_only=True,
        is_buyers_only=True,
    )
    for _ in range(3):
        assert post_message(say(show, stranger, is_host_side=True)).seq


def test_new_accounts_read_first_and_are_told_how_long(
    show: Livestream, creator: Creator
) -> None:
    with time_machine.travel(NOW, tick=False) as traveller:
        change_rules(show, by=creator.user, account_minutes=1_440)
        young = make_user(date_joined=clock.now() - dt.timedelta(hours=21, minutes=30))
        with pytest.raises(AccountTooNew, match="You may write in 3 hours") as refused:
            post_message(say(show, young))
        assert refused.value.extra["retry_after"] == 9_000.0
        traveller.shift(9_000)
        assert post_message(say(show, young)).seq


def test_followers_only_lets_followers_write(
    show: Livestream, shopper: User, stranger: User, creator: Creator
) -> None:
    change_rules(show, by=creator.user, is_followers_only=True)
    follow_creator(creator, user=shopper)
    assert post_message(say(show, shopper)).seq
    with pytest.raises(FollowersOnly):
        post_message(say(show, stranger))


def test_buyers_only_lets_those_write_who_bought_what_the_host_sells(
    show: Livestream, shopper: User, stranger: User, creator: Creator
) -> None:
    sold, other = make_variant(), make_variant()
    earlier = make_livestream(creator=creator)
    LivestreamProduct.objects.create(livestream=earlier, product=sold.product)
    make_paid_order(sold, user=shopper)
    make_paid_order(other, user=stranger)
    change_rules(show, by=creator.user, is_buyers_only=True)
    assert post_message(say(show, shopper)).seq
    with pytest.raises(BuyersOnly):
        post_message(say(show, stranger))


def test_questions_keep_the_rules_but_take_no_turn(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    change_rules(show, by=creator.user, slow_seconds=300)
    post_message(say(show, shopper))
    assert draft_message(say(show, shopper, "Is it oak?")).text
    change_rules(show, by=creator.user, is_followers_only=True)
    with pytest.raises(FollowersOnly):
        draft_message(say(show, shopper, "Is it oak?"))


def test_rules_are_told_once_and_kept_in_the_audit_log(
    show: Livestream, creator: Creator, listen: Listen
) -> None:
    with listen() as told:
        change_rules(show, by=creator.user, slow_seconds=10)
        change_rules(show, by=creator.user, slow_seconds=10)
    assert [event.key for event in told] == ["rules"]
    entry = Audit.objects.get(action="livestreams.change_rules")
    assert (entry.actor, entry.facts["slow_seconds"]) == (creator.user, 10)


@pytest.mark.parametrize("wrong", [{"slow_seconds": 7}, {"account_minutes": 3}])
def test_rules_come_from_the_choices(
    show: Livestream, creator: Creator, wrong: dict[str, int]
) -> None:
    with pytest.raises(RulesUnknown):
        change_rules(show, by=creator.user, **wrong)  # type: ignore[arg-type]


def test_a_rule_costs_one_query_a_batch_and_none_while_it_is_off(
    show: Livestream, shopper: User, creator: Creator
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            store_messages([say(show, shopper) for _ in range(3)])
        return len(queries)

    count()  # reads the word lists
    off = count()
    change_rules(show, by=creator.user, is_followers_only=True)
    follow_creator(creator, user=shopper)
    assert count() == off + 1


def at_one_instant(act: Callable[[], object]) -> None:
    """Do something in two threads that begin together."""
    together = threading.Barrier(2)

    def run() -> None:
        together.wait()
        act()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_one_instant_have_one_turn(creator: Creator) -> None:
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    change_rules(show, by=creator.user, slow_seconds=300)
    person = make_user()
    for _ in range(5):
        ChatTurn.objects.all().delete()
        ChatMessage.objects.all().delete()
        at_one_instant(lambda: store_messages([say(show, person)]))
        assert ChatMessage.objects.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_turn_that_is_read_before_it_is_taken_is_had_twice(creator: Creator) -> None:
    """Negative control: look first, write then, and both tabs speak."""
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    person = make_user()
    both_have_looked = threading.Barrier(2)

    def speak() -> None:
        has_spoken = ChatMessage.objects.filter(author=person).exists()
        both_have_looked.wait()
        if not has_spoken:
            store_messages([say(show, person)])

    at_one_instant(speak)
    assert ChatMessage.objects.count() == 2
