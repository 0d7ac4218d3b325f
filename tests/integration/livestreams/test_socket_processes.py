"""One room in several processes, of which some die, stand still or lose the bus."""

import contextlib
import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.exceptions import ConnectionClosed

from creators.models import Creator
from livestreams.broadcast import ring
from livestreams.models import ChatMessage, Livestream, RoomSequence, WordList
from livestreams.services import chat, sanctions
from shopfront.models import User
from tests.factories import make_user
from tests.rooms import Event, RoomClient, RoomServer, enter, find_port, start_valkey

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 3
LINES = 4


@pytest.fixture
def other(django_db_setup: None) -> Iterator[RoomServer]:
    """Run one more web process."""
    process = RoomServer()
    yield process
    process.stop()


def count_shown(client: RoomClient, after: int) -> list[int]:
    """Return the numbers that came since the first word, in the order they came."""
    numbers = [one["seq"] for one in client.seen if one["type"] == "chat.posted"]
    return [number for number in numbers if number > after]


def sync(client: RoomClient, after: int) -> list[int]:
    """Return the numbers of the lines that a sync tells, and only those."""
    assert client.tell("player.beat", at=0, way="")["type"] == "ok"
    client.seen.clear()
    assert client.tell("room.sync", after=after)["type"] == "ok"
    return count_shown(client, after)


def test_a_killed_process_loses_no_line_that_it_acknowledged(
    server: RoomServer, other: RoomServer, show: Livestream
) -> None:
    people = [make_user() for _ in range(WRITERS)]
    first = RoomSequence.objects.get(livestream=show).seq
    with enter(server, show) as witness:
        witness.wait_for("hello")
        told = _write_until_killed(other, show, people, witness)
        last = RoomSequence.objects.get(livestream=show).seq
        for person in people:
            with enter(server, show, person) as back:
                if last not in sync(back, first):  # it died before it could tell
                    back.wait_for("chat.posted", seq=last)
                # Live, between two answers, comes what who was back before has said.
                shown = [seq for seq in count_shown(back, first) if seq <= last]
                assert shown == list(range(first + 1, last + 1))
                assert back.tell("chat.post", text="I am back")["type"] == "ok"
        witness.wait_for("chat.posted", seq=last + WRITERS)
        heard = count_shown(witness, first)
    acknowledged = {
        answer["result"]["message"] for answer in told if answer["type"] == "ok"
    }
    assert acknowledged
    kept = ChatMessage.objects.filter(public_id__in=acknowledged, seq__lte=last)
    assert kept.count() == len(acknowledged)
    assert heard == list(range(first + 1, last + WRITERS + 1))


def _write_until_killed(
    process: RoomServer, show: Livestream, people: list[User], witness: RoomClient
) -> list[Event]:
    """Kill a process once the witness heard a line; return what it answered."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(enter(process, show, one)) for one in people]
        pool = stack.enter_context(ThreadPoolExecutor(WRITERS))
        told = [client.tell("chat.post", text="First") for client in clients]
        saying = [pool.submit(_say_lines, client) for client in clients]
        witness.wait_for("chat.posted", text="line 0")
        os.kill(process.pid, signal.SIGKILL)
        return told + [answer for said in saying for answer in said.result()]


def _say_lines(client: RoomClient) -> list[Event]:
    answers: list[Event] = []
    with contextlib.suppress(ConnectionClosed):
        for number in range(LINES):
            answers.append(client.tell("chat.post", text=f"line {number}"))
    return answers


def test_whose_process_stands_still_goes_on_in_another(
    server: RoomServer, other: RoomServer, show: Livestream, shopper: User
) -> None:
    with enter(other, show, shopper) as stuck, enter(server, show) as witness:
        seq = int(stuck.wait_for("hello")["seq"])
        witness.wait_for("hello")
        os.kill(other.pid, signal.SIGSTOP)
        try:
            stuck.write(json.dumps({"id": "1", "type": "room.sync", "after": seq}))
            with pytest.raises(TimeoutError):
                stuck.wait_for("ok", 1)
            with enter(server, show, shopper) as back:
                back.wait_for("hello")
                assert back.tell("chat.post", text="Here now")["type"] == "ok"
                line = witness.wait_for("chat.posted", text="Here now")
        finally:
            os.kill(other.pid, signal.SIGCONT)
        stuck.wait_for("chat.posted", seq=line["seq"])


def test_what_happens_while_the_bus_is_away_holds_and_is_told_when_it_is_back(
    show: Livestream,
    shopper: User,
    stranger: User,
    creator: Creator,
    django_db_setup: None,
) -> None:
    """Nothing of this test's own process reaches the bus of that web process."""
    WordList.objects.create(language="en", severity="hold", words=["rubbish"])
    port = find_port()
    valkey = start_valkey(port)
    process = RoomServer(REDIS_URL=f"redis://127.0.0.1:{port}")
    try:
        with (
            enter(process, show, shopper) as muted,
            enter(process, show, stranger) as banned,
        ):
            muted.wait_for("hello")
            banned.wait_for("hello")
            valkey.kill()
            valkey.wait()
            held = chat.post_message(_rubbish(show, shopper))
            sanctions.mute_person(show, shopper, by=creator.user, reason="Spam")
            sanctions.ban_person(show, stranger, by=creator.user, reason="Threats")
            assert banned.wait_for_close() == (4403, "banned")
            refused = muted.tell("chat.post", text="May I?")
            assert refused["code"] == "livestreams.muted"
            valkey = start_valkey(port)
            told = muted.wait_for("chat.held", id=held.public_id)
            assert told["state"] == "held"
            refused = muted.tell("chat.post", text="And now?")
            assert refused["code"] == "livestreams.muted"
    finally:
        process.stop()
        valkey.kill()
        valkey.wait()


def _rubbish(show: Livestream, author: User) -> chat.NewMessage:
    return chat.NewMessage(
        livestream=show.public_id,
        person=author.public_id,
        badges=(),
        text="What rubbish",
    )


def test_a_new_process_answers_from_the_ring_and_without_it_from_the_table(
    server: RoomServer, other: RoomServer, show: Livestream, shopper: User
) -> None:
    first = RoomSequence.objects.get(livestream=show).seq
    with enter(server, show, shopper) as client:
        said = [client.tell("chat.post", text=f"line {n}") for n in range(4)]
    assert all(answer["type"] == "ok" for answer in said)
    fresh = list(range(first + 1, first + 5))
    with enter(other, show) as client:
        assert sync(client, first) == fresh
        ring.forget(show.public_id)
        assert sync(client, 0) == [*range(2, first + 1), *fresh]
