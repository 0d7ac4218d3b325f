"""Views of replays on their way into the database: a set in Valkey."""

from shopfront.common import limits

SEEN, TAKEN = "replay-seen", "replay-seen:taken"


def note_seen(recording: int, viewer: str) -> None:
    """Remember that somebody watches a replay; one round trip, none to the database.

    Raises:
        RedisError: Valkey is away.

    Safe to repeat: yes.
    """
    limits.client().sadd(SEEN, f"{recording}:{viewer}")


def take_seen() -> list[tuple[int, str]]:
    """Return what was remembered; it stays until `drop_taken`.

    What a run that was killed had taken comes first.

    Raises:
        RedisError: Valkey is away.
    """
    client = limits.client()
    if not client.exists(TAKEN) and client.exists(SEEN):
        client.rename(SEEN, TAKEN)
    return [_read(member) for member in client.smembers(TAKEN)]


def drop_taken() -> None:
    """Forget what was taken, now that the database has it.

    Raises:
        RedisError: Valkey is away.
    """
    limits.client().delete(TAKEN)


def _read(member: bytes | str) -> tuple[int, str]:
    text = member.decode() if isinstance(member, bytes) else member
    recording, _, viewer = text.partition(":")
    return int(recording), viewer
