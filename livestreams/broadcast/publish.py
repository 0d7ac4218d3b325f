"""Publishing: the one way from any process to the rooms, after commit."""

import contextlib
from collections.abc import Iterator, Sequence

import structlog
from asgiref.sync import async_to_sync
from redis.exceptions import RedisError

from livestreams.broadcast import bus, metrics
from livestreams.protocol.envelopes import Envelope

log = structlog.get_logger(__name__)


def publish(livestream: str, events: Sequence[Envelope]) -> None:
    """Tell every process that has the room open; call it after commit.

    This process's own rooms hear durable events at once, all others by the bus. The
    bus may be away: then hubs find durable events and state in the tables
    within a second, and only what may be lost is lost.
    """
    if not events:
        return
    bus.hand_over(livestream, events)
    with _forgiving(livestream):
        bus.send_durably(livestream, events)


def close_person(livestream: str, person: str, reason: str) -> None:
    """Close the sockets of a person in a room, in every process."""
    with _forgiving(livestream):
        async_to_sync(bus.send_away)(livestream, person, reason)


@contextlib.contextmanager
def _forgiving(livestream: str) -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        metrics.BUS_FAULTS.inc()
        log.warning("room.publish_failed", room=livestream, error=repr(error))
