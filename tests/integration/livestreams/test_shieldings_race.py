"""A line its author puts into the room while it is taken away: it stays away."""

from collections.abc import Callable
from typing import Any

import pytest

from creators.models import Creator
from livestreams.errors import MessageMissing
from livestreams.models import ChatMessage, Livestream, RoomEvent, Shielding, WordList
from livestreams.services import chat, erasure, shieldings, words
from orders.models import Case
from shopfront.models import User
from tests.factories import make_livestream
from tests.meeting import meet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

COMPLAINT = "where is my parcel, it has been three weeks and nobody answers"
State = ChatMessage.State
Act = Callable[[ChatMessage], object]


def make_line(creator: Creator, author: User, *, is_doubtful: bool) -> ChatMessage:
    """Make a line that waits for its author, and maybe for a moderator after that."""
    if is_doubtful:
        WordList.objects.create(language="en", severity="hold", words=["rubbish"])
        words.forget_rules()
    show = make_livestream(creator=creator, state=Livestream.State.LIVE)
    row = chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=author.public_id,
            badges=(),
            text=f"rubbish shop, {COMPLAINT}",
        )
    )
    assert row.state == State.OFFERED
    return row


def erase(line: ChatMessage) -> object:
    return erasure.erase_chat(line.author, by=line.author)


def remove(line: ChatMessage) -> None:
    row = ChatMessage.objects.get(pk=line.pk)
    chat.remove_message(row, by=row.livestream.creator.user, reason="Rude")


@pytest.mark.parametrize("is_doubtful", [False, True])
@pytest.mark.parametrize("act", [erase, remove])
def test_a_line_that_is_taken_away_as_it_is_shown_stays_away(
    creator: Creator, shopper: User, act: Act, is_doubtful: bool
) -> None:
    line = make_line(creator, shopper, is_doubtful=is_doubtful)
    faults = meet(
        lambda: shieldings.say_in_room(line),
        lambda: act(line),
        after=(shieldings, "_check_room"),
    )
    assert faults == []
    line.refresh_from_db()
    assert line.state == State.REMOVED
    posted, removed = (
        RoomEvent.objects.filter(livestream=line.livestream, type=name).count()
        for name in ("chat.posted", "chat.removed")
    )
    assert posted == removed


@pytest.mark.parametrize("is_doubtful", [False, True])
@pytest.mark.parametrize(
    ("act", "after"),
    [(erase, (erasure, "_list_disputed")), (remove, (chat, "note_removal"))],
    ids=["erase", "remove"],
)
@pytest.mark.parametrize(
    "choose", [shieldings.say_in_room, shieldings.open_private_case]
)
def test_who_chooses_on_a_line_that_goes_is_told_so(
    creator: Creator,
    shopper: User,
    choose: Act,
    act: Act,
    after: tuple[Any, str],
    is_doubtful: bool,
) -> None:
    line = make_line(creator, shopper, is_doubtful=is_doubtful)
    faults = meet(lambda: act(line), lambda: choose(line), after=after)
    assert [type(fault) for fault in faults] == [MessageMissing]
    line.refresh_from_db()
    assert line.state == State.REMOVED
    assert not RoomEvent.objects.filter(type="chat.posted").exists()
    assert not Case.objects.exists()


def test_a_line_that_is_only_read_would_come_back(
    creator: Creator, shopper: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: read and not locked, the removed line is seen by all."""

    def only_read(message: ChatMessage) -> Shielding:
        message.refresh_from_db(fields=["state", "why", "seq"])
        return Shielding.objects.get(message=message)

    monkeypatch.setattr(shieldings, "_take", only_read)
    line = make_line(creator, shopper, is_doubtful=False)
    meet(
        lambda: shieldings.say_in_room(line),
        lambda: remove(line),
        after=(shieldings, "_check_room"),
    )
    line.refresh_from_db()
    assert line.state == State.VISIBLE
