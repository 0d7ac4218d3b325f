"""Publishing: the one way from any process to the rooms, after commit."""

from collections.abc import Sequence

from asgiref.sync import async_to_sync

from livestreams.broadcast import bus
from livestreams.broadcast.carrier import forgiving
from livestreams.protocol.envelopes import Envelope


def publish(livestream: str, events: Sequence[Envelope]) -> None:
    """Tell every process that has the room open; call it after commit.

    This process's own rooms hear durable events at once and carry them to the bus,
    by which all others hear. The bus may be away: then hubs find durable events and
    state in the tables within a second, and only what may be lost is lost.
    """
    if not events or bus.hand_over(livestream, events):
        return
    with forgiving(livestream):
        bus.send_durably(livestream, events)


def close_person(livestream: str, person: str, reason: str) -> None:
    """Close the sockets of a person in a room, in every process."""
    with forgiving(livestream):
        async_to_sync(bus.send_away)(livestream, person, reason)
