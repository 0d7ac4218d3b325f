"""Five hundred sockets of one room: all receive all, once and in order."""

import asyncio
import contextlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.asyncio.client import ClientConnection, connect

from livestreams.models import Livestream, RoomSequence
from tests.factories import make_user
from tests.rooms import RoomClient, RoomServer, enter

pytestmark = pytest.mark.django_db(transaction=True)

SOCKETS = 500
WRITERS = 5
LINES = 4
PATIENCE = 60.0


class Crowd:
    """Guests who read one room until a given number has come."""

    def __init__(self, server: RoomServer, show: str) -> None:
        self._address = f"ws://127.0.0.1:{server.port}/ws/live/{show}/"
        self._origin = server.origin
        self._sockets: list[ClientConnection] = []

    async def come(self) -> None:
        """Open all sockets, some at a time, and read each one's hello."""
        gate = asyncio.Semaphore(50)

        async def enter_one() -> None:
            async with gate:
                socket = await connect(
                    self._address,
                    origin=self._origin,  # type: ignore[arg-type]
                    open_timeout=PATIENCE,
                )
                self._sockets.append(socket)
                await asyncio.wait_for(socket.recv(), PATIENCE)

        await asyncio.gather(*(enter_one() for _ in range(SOCKETS)))

    async def read_until(self, seq: int) -> list[list[int]]:
        """Return the numbers each socket received, up to the last one."""

        async def read_one(socket: ClientConnection) -> list[int]:
            numbers: list[int] = []
            while not numbers or numbers[-1] < seq:
                events = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
                numbers += [event["seq"] for event in events if "seq" in event]
            return numbers

        return await asyncio.gather(*map(read_one, self._sockets))

    async def go(self) -> None:
        """Close all sockets."""
        await asyncio.gather(*(socket.close() for socket in self._sockets))


def test_five_hundred_sockets_receive_all_once_and_in_order(
    server: RoomServer, show: Livestream
) -> None:
    first = RoomSequence.objects.get(livestream=show).seq
    with contextlib.ExitStack() as stack:
        writers = [
            stack.enter_context(enter(server, show, make_user()))
            for _ in range(WRITERS)
        ]
        with asyncio.Runner() as runner, ThreadPoolExecutor(WRITERS) as pool:
            crowd = Crowd(server, show.public_id)
            runner.run(crowd.come())
            answers = [one for said in pool.map(_write, writers) for one in said]
            last = first + WRITERS * LINES
            heard = runner.run(crowd.read_until(last))
            runner.run(crowd.go())
    assert all(answer["type"] == "ok" for answer in answers)
    assert len(heard) == SOCKETS
    assert all(numbers == list(range(first + 1, last + 1)) for numbers in heard)


def _write(client: RoomClient) -> list[dict[str, object]]:
    return [client.tell("chat.post", text=f"line {n}") for n in range(LINES)]
