"""More lines than a portion, and lines on their way: a phrase takes and gives all."""

import pytest
from django.db import transaction

from livestreams.models import ChatMessage, Livestream, ModerationAction
from livestreams.selectors.moderation import count_left
from livestreams.services import appeals, chat, removals
from shopfront.models import Audit, Outbox, User
from shopfront.services import outbox
from tests.factories import make_user
from tests.meeting import meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

State = ChatMessage.State


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take and give two lines at a time."""
    monkeypatch.setattr(removals, "MOST_AT_ONCE", 2)


def say(show: Livestream, author: User, text: str = "Buy gold") -> ChatMessage:
    return chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=author.public_id,
            badges=(),
            text=text,
        )
    )


def take_gold(show: Livestream) -> ModerationAction:
    return removals.remove_phrase(show, "gold", by=show.creator.user)


def list_states(show: Livestream) -> list[str]:
    rows = show.messages.order_by("pk")
    return list(rows.values_list("state", flat=True))


@pytest.mark.usefixtures("small_portions")
def test_all_go_and_all_come_back_a_portion_at_a_time(show: Livestream) -> None:
    for _ in range(5):
        say(show, make_user())
    action = take_gold(show)
    assert (list_states(show).count("removed"), count_left(action)) == (2, 3)
    later = say(show, make_user())
    outbox.relay(only_urgent=True)
    assert (list_states(show).count("removed"), count_left(action)) == (5, 0)
    later.refresh_from_db()
    assert later.state == State.VISIBLE
    taken = Audit.objects.filter(action="livestreams.remove_phrase")
    assert sum(row.facts["messages"] for row in taken) == 5
    removals.undo_action(action, by=show.creator.user, reason="Too wide")
    assert list_states(show).count("visible") == 3
    outbox.relay(only_urgent=True)
    assert set(list_states(show)) == {"visible"}
    numbers = show.messages.values_list("seq", flat=True)
    assert len(set(numbers)) == 6


@pytest.mark.usefixtures("small_portions")
def test_a_portion_that_was_cut_off_is_taken_up_again(
    show: Livestream, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        say(show, make_user())
    take_gold(show)
    step = Outbox.objects.get(topic=removals.REST_TOPIC)
    with monkeypatch.context() as patch:
        patch.setattr(removals, "_tell_gone", _die)
        with pytest.raises(KeyboardInterrupt):
            removals.take_rest(step)
    assert list_states(show).count("removed") == 2
    for _ in range(2):
        removals.take_rest(step)
    outbox.relay(only_urgent=True)
    assert set(list_states(show)) == {"removed"}


@pytest.mark.usefixtures("small_portions")
def test_what_is_taken_back_meanwhile_takes_no_more(show: Livestream) -> None:
    for _ in range(5):
        say(show, make_user())
    action, by = take_gold(show), show.creator.user
    step = Outbox.objects.get(topic=removals.REST_TOPIC)
    faults = meet(
        lambda: removals.take_rest(step),
        lambda: removals.undo_action(action, by=by, reason="Mistake"),
        after=(removals, "take_away"),
    )
    assert faults == []
    outbox.relay(only_urgent=True)
    assert set(list_states(show)) == {"visible"}


@pytest.mark.usefixtures("small_portions")
def test_whose_appeal_was_granted_keeps_their_lines(show: Livestream) -> None:
    author = make_user()
    for person in (author, author, make_user(), author):
        say(show, person)
    action = take_gold(show)
    appeal = appeals.open_appeal(action, person=author, text="I sell oak.")
    removals.grant_appeal(appeal, by=make_user(), answer="So it is.")
    outbox.relay(only_urgent=True)
    assert list_states(show) == ["visible", "visible", "removed", "visible"]


def test_a_line_on_its_way_goes_too(show: Livestream, shopper: User) -> None:
    def store() -> None:
        with transaction.atomic():
            say(show, shopper)

    # The act begins once the line has its number, and ends before it is committed.
    say(show, make_user(), "Silver")
    faults = meet(store, lambda: take_gold(show), after=(chat, "store_lines"))
    assert faults == []
    late = show.messages.get(text="Buy gold")
    assert late.state == State.VISIBLE  # the control: the act itself does not see it
    outbox.relay(only_urgent=True)
    assert set(list_states(show)) == {"removed", "visible"}
    late.refresh_from_db()
    assert late.state == State.REMOVED


def _die(*_args: object) -> None:
    raise KeyboardInterrupt
