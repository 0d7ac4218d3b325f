"""Threads of the room: what people ask one by one never stands before its chat."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from livestreams.access.shows import Role
from livestreams.access.tickets import Ticket
from livestreams.broadcast import threads as threads_module
from livestreams.broadcast.room import Member, Room
from livestreams.broadcast.state import RoomState
from livestreams.broadcast.threads import COMMAND_THREADS, THREADS, Threads
from livestreams.consumers import commands as commands_module
from livestreams.consumers.batcher import ChatBatcher
from livestreams.consumers.commands import Seat, obey
from livestreams.consumers.limits import PersonLimits
from livestreams.errors import RoomBusy
from livestreams.models import ChatMessage
from livestreams.protocol.commands import (
    CaseDecline,
    CaseOpen,
    ChatReport,
    Command,
    PollVote,
    QuestionAsk,
    RoomSync,
)
from livestreams.services.chat import NewMessage, Outcome

PATIENCE = 30
COMMANDS: list[tuple[Command, str]] = [
    (PollVote(id="1", poll="p", choice=0), "_cast_vote"),
    (QuestionAsk(id="1", text="And ash?"), "questions.ask_question"),
    (ChatReport(id="1", message="m", reason="spam"), "_report"),
    (CaseOpen(id="1", message="m"), "_open"),
    (CaseDecline(id="1", message="m"), "_decline"),
    (RoomSync(id="1", after=1), "_read_missed"),
]


class StandStill(Exception):
    """Ends a command that was held."""


class Held:
    """A call that stands until it may go on, and the order of what ended."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.may_go_on = threading.Event()
        self.ended: list[str] = []

    def stand(self, *args: object) -> None:
        self.begun.release()
        assert self.may_go_on.wait(PATIENCE)
        self.ended.append("command")
        raise StandStill

    def store(self, batch: Sequence[NewMessage]) -> list[Outcome]:
        self.ended.append("chat")
        return [ChatMessage(text=one.text) for one in batch]

    async def wait_until_begun(self, count: int) -> None:
        for _ in range(count):
            assert await asyncio.to_thread(self.begun.acquire, timeout=PATIENCE)


@pytest.fixture
def held() -> Iterator[Held]:
    """Make a call that stands, and free it whatever happens."""
    one = Held()
    yield one
    one.may_go_on.set()


@pytest.fixture(autouse=True)
def fresh_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take threads that never had a connection; there is no database."""
    monkeypatch.setattr(threads_module, "close_old_connections", lambda: None)
    monkeypatch.setattr(threads_module, "_room", Threads("room", THREADS))
    monkeypatch.setattr(
        threads_module, "_commands", Threads("command", COMMAND_THREADS, most=20)
    )


def sit(person: str, batcher: ChatBatcher) -> Seat:
    ticket = Ticket(
        livestream="show",
        person=person,
        viewer=person,
        name=person,
        badges=(),
        role=Role.VIEWER,
        is_counted=True,
        expires_at=0,
    )
    room = Room("show")
    room.state = RoomState(9)
    member = Member(sink=None, person=person, viewer=person)  # type: ignore[arg-type]
    return Seat(room, member, ticket, batcher, PersonLimits())


def line() -> NewMessage:
    return NewMessage(livestream="show", person="eve", badges=(), text="Hi")


async def crowd(command: Command, batcher: ChatBatcher) -> list[asyncio.Task[Any]]:
    """Have ten people send a command at once."""
    seats = [sit(f"person {n}", batcher) for n in range(10)]
    return [asyncio.create_task(obey(seat, command)) for seat in seats]


@pytest.mark.parametrize(("command", "work"), COMMANDS)
async def test_a_line_is_answered_while_commands_stand_still(
    command: Command, work: str, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"livestreams.consumers.commands.{work}", held.stand)
    batcher = ChatBatcher(held.store)
    asked = await crowd(command, batcher)
    await held.wait_until_begun(COMMAND_THREADS)
    async with asyncio.timeout(PATIENCE):
        outcome = await batcher.submit(line())
    assert isinstance(outcome, ChatMessage)
    assert held.ended == ["chat"]
    held.may_go_on.set()
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(end) for end in ends] == [StandStill] * 10


async def test_in_the_same_threads_a_line_would_wait_for_commands(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what the test above would see with one pool for all."""
    one_for_all: Callable[..., Any] = threads_module.call_in_thread
    monkeypatch.setattr(commands_module, "call_for_person", one_for_all)
    monkeypatch.setattr(commands_module, "_cast_vote", held.stand)
    batcher = ChatBatcher(held.store)
    asked = await crowd(COMMANDS[0][0], batcher)
    await held.wait_until_begun(THREADS)
    said = asyncio.create_task(batcher.submit(line()))
    await asyncio.sleep(0)
    held.may_go_on.set()
    await said
    await asyncio.gather(*asked, return_exceptions=True)
    assert held.ended[0] == "command"
    assert "chat" in held.ended


async def test_a_crowd_of_commands_beyond_measure_is_refused_and_then_heard(
    held: Held,
) -> None:
    few = Threads("few", 1, most=3)
    calls = [asyncio.create_task(few.call(held.stand)) for _ in range(3)]
    await held.wait_until_begun(1)
    with pytest.raises(RoomBusy):
        await few.call(held.stand)
    calls[2].cancel()
    held.may_go_on.set()
    await asyncio.gather(*calls, return_exceptions=True)
    places = [asyncio.create_task(few.call(lambda: "done")) for _ in range(3)]
    assert await asyncio.gather(*places) == ["done"] * 3
