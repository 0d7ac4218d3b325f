"""The bus between processes: one channel-layer member per process."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from channels.layers import DEFAULT_CHANNEL_LAYER, get_channel_layer
from django.conf import settings

from livestreams.broadcast import ring
from livestreams.broadcast.carrier import Carrier
from livestreams.protocol.envelopes import Envelope
from livestreams.protocol.events import Kind

log = structlog.get_logger(__name__)

Taker = Callable[[str, list[Envelope]], None]
Closer = Callable[[str, str, str], None]
EVENTS = "room.events"
AWAY = "room.away"
PULSE = "room.pulse"


def name_group(livestream: str) -> str:
    """Return the group of a room."""
    return f"room.{livestream}"


def name_channel(livestream: str) -> str:
    """Return the channel in Valkey on which the layer hears a room's group."""
    config = settings.CHANNEL_LAYERS[DEFAULT_CHANNEL_LAYER]["CONFIG"]
    return f"{config.get('prefix', 'asgi')}__group__{name_group(livestream)}"


def send_durably(livestream: str, envelopes: Sequence[Envelope]) -> None:
    """Tell every process with this room open, and keep durable events in its ring.

    One round trip from the thread that calls, without the loop of any process.

    Raises:
        RedisError: the bus is away.
    """
    layer: Any = get_channel_layer()
    message: bytes = layer.serialize(_pack(livestream, envelopes))
    ring.write(livestream, envelopes, channel=name_channel(livestream), message=message)


async def send(livestream: str, envelopes: Sequence[Envelope]) -> None:
    """Tell every process that has this room open what may be lost."""
    layer: Any = get_channel_layer()
    await layer.group_send(name_group(livestream), _pack(livestream, envelopes))


def hand_over(livestream: str, envelopes: Sequence[Envelope]) -> bool:
    """Give durable events to this process's own rooms, which carry them to the bus.

    The copy that the bus brings is known by its number and dropped. What has no number
    waits for the bus, beside which it would be told twice. Answers whether a hub took
    them: it carries them on after its own sockets.
    """
    if not all(one.kind is Kind.DURABLE for one in envelopes):
        return False
    took = [ear.hear_nearby(livestream, envelopes) for ear in tuple(_ears)]
    return any(took)


def _pack(livestream: str, envelopes: Sequence[Envelope]) -> dict[str, Any]:
    events = [envelope.pack() for envelope in envelopes]
    return {"type": EVENTS, "room": livestream, "events": events}


async def send_away(livestream: str, person: str, reason: str) -> None:
    """Tell every process to close a person's sockets in this room."""
    layer: Any = get_channel_layer()
    await layer.group_send(
        name_group(livestream),
        {"type": AWAY, "room": livestream, "person": person, "reason": reason},
    )


class Bus:
    """This process's ear: one channel that is the only member of each room's group.

    It numbers words to itself: when one is missing, others were lost beside it.
    """

    def __init__(
        self, take: Taker, close_person: Closer, came_back: Callable[[], None]
    ) -> None:
        self._take = take
        self._close_person = close_person
        self._came_back = came_back
        self._pulse = self._heard = 0
        self._layer: Any = get_channel_layer()
        self._channel = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener: asyncio.Task[None] | None = None
        self._carrier = Carrier(send_durably)

    async def subscribe(self, livestream: str) -> None:
        """Begin to hear a room; raises what the bus raises when it is away."""
        self.listen_nearby()
        if not self._channel:
            self._channel = await self._layer.new_channel("hub")
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())
        await self._layer.group_add(name_group(livestream), self._channel)

    def listen_nearby(self) -> None:
        """Begin to hear what other threads of this process commit."""
        self._loop = asyncio.get_running_loop()
        _ears.add(self)

    async def unsubscribe(self, livestream: str) -> None:
        """Stop hearing a room."""
        if self._channel:
            await self._layer.group_discard(name_group(livestream), self._channel)

    async def beat(self) -> None:
        """Say the next number to ourselves; raises what the bus raises."""
        if self._listener is not None:
            self._pulse += 1
            pulse = {"type": PULSE, "number": self._pulse}
            await self._layer.send(self._channel, pulse)

    async def close(self) -> None:
        """Stop listening, and carry nothing more: tables keep what is durable."""
        _ears.discard(self)
        await self._carrier.close()
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
            self._listener = None

    def hear_nearby(self, livestream: str, envelopes: Sequence[Envelope]) -> bool:
        """Take what this process has just committed, from any of its threads."""
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            if self._loop is not None:
                told = list(envelopes)
                self._loop.call_soon_threadsafe(self._tell_first, livestream, told)
                return True
        return False

    def _tell_first(self, livestream: str, envelopes: list[Envelope]) -> None:
        self._take(livestream, envelopes)
        self._carrier.add(livestream, envelopes)

    async def _listen(self) -> None:
        while True:
            self.hear(await self._layer.receive(self._channel))

    def hear(self, message: dict[str, Any]) -> None:
        """Hand one word of the bus to whom it concerns."""
        if message["type"] == PULSE:
            is_whole = message["number"] == self._heard + 1
            self._heard = message["number"]
            if not is_whole:
                self._came_back()
        elif message["type"] == AWAY:
            self._close_person(message["room"], message["person"], message["reason"])
        else:
            envelopes = [Envelope.unpack(row) for row in message["events"]]
            self._take(message["room"], envelopes)


_ears: set[Bus] = set()
