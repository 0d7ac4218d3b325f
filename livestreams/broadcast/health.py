"""How pictures arrive, kept for their studios in Valkey for two minutes."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from redis.exceptions import RedisError

from shopfront.common import clock, limits

KEPT = 80
FORGET_AFTER = 150
FRESH_SECONDS = 8.0


def keep_health(public_id: str, report: Mapping[str, Any]) -> None:
    """Keep how a picture arrives now; lost without Valkey. One round trip."""
    entry = orjson.dumps({"at": clock.now().timestamp(), **report})
    key = _name(public_id)
    try:
        pipe = limits.client().pipeline(transaction=False)
        pipe.rpush(key, entry)
        pipe.ltrim(key, -KEPT, -1)
        pipe.expire(key, FORGET_AFTER)
        pipe.execute()
    except (RedisError, OSError):
        return


def list_health(public_id: str) -> Sequence[Mapping[str, Any]]:
    """Return how a picture arrived of late, newest last; empty when none does now."""
    try:
        rows = limits.client().lrange(_name(public_id), 0, -1)
    except (RedisError, OSError):
        return ()
    now = clock.now().timestamp()
    entries = [orjson.loads(row) for row in rows]
    recent = [entry for entry in entries if 0 <= now - entry.pop("at") < FORGET_AFTER]
    is_fresh = bool(rows) and now - orjson.loads(rows[-1])["at"] < FRESH_SECONDS
    return tuple(recent) if is_fresh else ()


def _name(public_id: str) -> str:
    return f"health:{public_id}"
