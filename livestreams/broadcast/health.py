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


def list_health(public_id: str, *, most: int = KEPT) -> Sequence[Mapping[str, Any]]:
    """Return how a picture arrived of late, newest last; empty when none does now.

    One round trip, for the `most` newest reports only.
    """
    try:
        rows = limits.client().lrange(_name(public_id), -most, -1)
    except (RedisError, OSError):
        return ()
    now = clock.now().timestamp()
    reports = [orjson.loads(row) for row in rows]
    ages = [now - report.pop("at") for report in reports]
    if not ages or ages[-1] >= FRESH_SECONDS:
        return ()
    return tuple(
        report
        for report, age in zip(reports, ages, strict=True)
        if 0 <= age < FORGET_AFTER
    )


def _name(public_id: str) -> str:
    return f"health:{public_id}"
