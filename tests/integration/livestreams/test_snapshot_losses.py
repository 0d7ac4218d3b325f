"""Whatever the bus loses, a room ends as the tables have it."""

import random

import pytest

from creators.models import Creator
from livestreams.broadcast import ring
from livestreams.broadcast.order import Sequencer
from livestreams.broadcast.state import RoomState
from livestreams.models import ChatMessage, Livestream, Pin, Poll, Question
from livestreams.protocol.envelopes import Envelope
from livestreams.selectors.room import list_events, read_marks, read_room
from livestreams.services import chat, pins, polls, questions
from shopfront.models import User
from tests.integration.livestreams.conftest import Listen
from tests.integration.livestreams.test_snapshot import Act, World, primed, seen

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(24))
def test_whatever_the_bus_loses_a_room_ends_as_a_fresh_one(
    seed: int, show: Livestream, creator: Creator, shopper: User, listen: Listen
) -> None:
    """Words get lost, doubled and mixed up; sweep and fresh read make it whole."""
    luck = random.Random(seed)
    world = World(show, creator, shopper)
    world.say_held()
    state, order = primed(show), Sequencer(read_room(show.public_id).seq)
    for _ in range(14):
        with listen() as told:
            _act_at_random(world, luck)
        heard = [one for one in told if luck.random() > 0.4]
        heard += [one for one in heard if luck.random() < 0.2]
        luck.shuffle(heard)
        _hear(state, order, heard)
        if luck.random() < 0.2:
            ring.forget(show.public_id)
    noted = state.note()
    _hear(state, order, list_events(show.public_id, after=order.seq))
    _hear(state, order, read_marks([show.public_id])[show.public_id].pins)
    _hear(state, order, state.differ(read_room(show.public_id).envelopes, noted))
    assert seen(state) == seen(primed(show))
    assert not order.is_contradicted


def _act_at_random(world: World, luck: random.Random) -> None:
    message = ChatMessage.objects.filter(state=ChatMessage.State.VISIBLE).first()
    pin = Pin.objects.filter(removed_at=None).first()
    poll = Poll.objects.filter(closed_at=None).first()
    question = Question.objects.filter(state=Question.State.OPEN).first()
    held = ChatMessage.objects.filter(state=ChatMessage.State.HELD).first()
    acts: list[Act] = [
        lambda: world.say("Hello"),
        lambda: world.say("What rubbish"),
        (lambda: pins.remove_pin(pin)) if pin else world.pin,
        (lambda: polls.close_poll(poll)) if poll else world.open_poll,
    ]
    if message:
        acts.append(lambda: chat.remove_message(message, by=world.host, reason="No"))
    if question:
        acts.append(lambda: questions.pin_question(question, by=world.host))
    else:
        acts.append(lambda: _ask_freely(world))
    if poll:
        acts.append(lambda: world.vote(poll))
    if held:
        acts.append(lambda: chat.release_message(held, by=world.host, reason="Well"))
    luck.choice(acts)()


def _ask_freely(world: World) -> None:
    """Ask without the pace that holds people back."""
    Question.objects.create(
        livestream=world.show, asker=world.host, asker_name="Ada", text="And ash?"
    )


def _hear(state: RoomState, order: Sequencer, told: list[Envelope]) -> None:
    for envelope in told:
        for one in order.offer(envelope) if envelope.seq else [envelope]:
            state.apply(one)
