"""The ring: a room's newest durable events in Valkey, written with the publish.

It holds what a process that has just started cannot remember. The table stays the
truth: a ring that is short, torn or gone is not read.
"""

from collections.abc import Iterable
from functools import cache
from typing import cast

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from livestreams.broadcast.state import can_be_redacted, redact
from livestreams.protocol.envelopes import Envelope
from livestreams.protocol.events import Kind

MOST = 1_000
MOST_READ = 500
KEEP_SECONDS = 3_600
PATIENCE_SECONDS = 2.0
GAP = b"\0"
SAID, ENDED, TAKEN_BACK = b"0", b"1", b"2"

# Words that leave the room leave the ring in the same step. A number that a crash of
# the database gave twice keeps its last event only.
WRITE = """
local ring, ended, is_any = KEYS[1], {}, false
for at = 5, #ARGV, 4 do
  local seq, key, mark = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  redis.call('ZREMRANGEBYSCORE', ring, seq, seq)
  redis.call('ZADD', ring, seq, seq .. '\\0' .. key .. '\\0' .. mark .. ARGV[at + 3])
  if mark == '2' then ended[key] = tonumber(seq); is_any = true end
end
if is_any then
  local rows = redis.call('ZRANGE', ring, 0, -1, 'WITHSCORES')
  for at = 1, #rows, 2 do
    local head = #rows[at + 1] + 2
    local stop = string.find(rows[at], '\\0', head, true)
    local key = string.sub(rows[at], head, stop - 1)
    local is_older = ended[key] and tonumber(rows[at + 1]) < ended[key]
    if is_older and string.sub(rows[at], stop + 1, stop + 1) == '0' then
      redis.call('ZREM', ring, rows[at])
      redis.call('ZADD', ring, rows[at + 1], string.sub(rows[at], 1, stop) .. '0')
    end
  end
end
if #ARGV > 4 then
  redis.call('ZREMRANGEBYRANK', ring, 0, -tonumber(ARGV[3]) - 1)
  redis.call('EXPIRE', ring, ARGV[4])
end
if ARGV[1] ~= '' then redis.call('PUBLISH', ARGV[1], ARGV[2]) end
"""


@cache
def _client() -> redis.Redis:
    """Return this process's client; a pooled connection that broke is tried anew."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        max_connections=20,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


@cache
def _script() -> redis.commands.core.Script:
    return _client().register_script(WRITE)


def name_ring(livestream: str) -> str:
    """Return the key of a room's ring."""
    return f"ring:{livestream}"


def write(
    livestream: str,
    envelopes: Iterable[Envelope],
    *,
    channel: str = "",
    message: bytes = b"",
) -> None:
    """Keep durable events and publish a message, both in one round trip.

    Raises:
        RedisError: Valkey is away.

    Safe to repeat: yes, an event has one place by its number.
    """
    words: list[str | bytes | int] = [channel, message, MOST, KEEP_SECONDS]
    for one in envelopes:
        if one.kind is Kind.DURABLE:
            words += [one.seq, one.key, _mark(one), one.body]
    _script()(keys=[name_ring(livestream)], args=words)


def _mark(envelope: Envelope) -> bytes:
    if not envelope.is_end:
        return SAID
    return TAKEN_BACK if can_be_redacted(envelope.key) else ENDED


def read(livestream: str, *, after: int, until: int) -> list[Envelope] | None:
    """Return the durable events after a number, or None when the table must tell.

    All up to `until` and beyond must be there without a gap: behind a gap may lie the
    word that took an earlier one back.

    Raises:
        RedisError: Valkey is away.
    """
    envelopes = _read_rows(livestream, after + 1)
    is_whole = [one.seq for one in envelopes] == list(
        range(after + 1, after + 1 + len(envelopes))
    )
    if not is_whole or after + len(envelopes) < until:
        return None
    return _take_back(envelopes)[:MOST_READ]


def read_tail(livestream: str, *, until: int) -> list[Envelope]:
    """Return the events that lead without a gap up to a number, oldest first.

    Raises:
        RedisError: Valkey is away.
    """
    envelopes = _take_back(_read_rows(livestream, 0))
    tail: list[Envelope] = []
    for one in reversed([one for one in envelopes if one.seq <= until]):
        if one.seq != until - len(tail):
            break
        tail.append(one)
    return tail[::-1]


def forget(livestream: str) -> None:
    """Empty a room's ring, once the table went back behind it.

    Raises:
        RedisError: Valkey is away.
    """
    _client().delete(name_ring(livestream))


def _read_rows(livestream: str, first: int) -> list[Envelope]:
    found = _client().zrangebyscore(name_ring(livestream), first, "+inf")
    return [_read_row(row) for row in cast("list[bytes]", found)]


def _read_row(row: bytes) -> Envelope:
    number, name, rest = row.split(GAP, 2)
    seq, key, body = int(number), name.decode(), rest[1:]
    if not body:
        return redact(key, seq)
    is_end = rest[:1] != SAID
    return Envelope(kind=Kind.DURABLE, body=body, key=key, is_end=is_end, seq=seq)


def _take_back(envelopes: list[Envelope]) -> list[Envelope]:
    """Leave out the words of what a later event took back."""
    ended = {
        one.key: one.seq for one in envelopes if one.is_end and can_be_redacted(one.key)
    }
    return [
        redact(one.key, one.seq) if one.seq < ended.get(one.key, 0) else one
        for one in envelopes
    ]
