"""Who watches: one account or browser with a moving picture, in all processes (W10).

A sorted set per room in Valkey that rebuilds itself in 10 s, a set of all who came,
and the most at once, which no process remembers: one that starts anew knows of none.
"""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from redis.asyncio import Redis
from redis.exceptions import RedisError

from livestreams.protocol.envelopes import HOSTS, VIEWERS, Envelope, seal
from livestreams.protocol.events import Viewers
from shopfront.common import clock, limits

EXPIRE_AFTER = 30
KEEP_TOTAL = 7 * 24 * 3600
FEW = 10
PEAK = "most"


class ViewerCounter:
    """Refreshes this process's viewers of a room and counts those of all."""

    def __init__(self) -> None:
        self._client: Redis | None = None

    async def count(self, livestream: str, viewers: Mapping[str, float]) -> int | None:
        """Enter who watches and return how many do; None without Valkey.

        Args:
            livestream: public id of the show.
            viewers: whom to enter, each with the seconds since the last beat; a
                beat holds 30 s, wherever it was heard.
        """
        now = clock.now().timestamp()
        present = {viewer: now - age for viewer, age in viewers.items()}
        key, total = name_present(livestream), name_total(livestream)
        try:
            pipe = self._redis().pipeline(transaction=False)
            if present:
                pipe.zadd(key, present, gt=True)  # another tab may have beaten later
                pipe.expire(key, EXPIRE_AFTER * 2)
                pipe.sadd(total, *present)
                pipe.expire(total, KEEP_TOTAL)
            pipe.zremrangebyscore(key, "-inf", now - EXPIRE_AFTER)
            pipe.zcard(key)
            pipe.zscore(name_peak(livestream), PEAK)
            *_, count, peak = await pipe.execute()
            if count > (peak or 0):
                await self._raise_peak(livestream, count)
            return int(count)
        except (RedisError, OSError):
            return None

    async def _raise_peak(self, livestream: str, count: int) -> None:
        """Keep the most at once, unless another process has seen more meanwhile."""
        pipe = self._redis().pipeline(transaction=False)
        pipe.zadd(name_peak(livestream), {PEAK: count}, gt=True)
        pipe.expire(name_peak(livestream), KEEP_TOTAL)
        await pipe.execute()

    async def close(self) -> None:
        """Give the connection back."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _redis(self) -> Redis:
        if self._client is None:
            self._client = Redis.from_url(
                settings.REDIS_URL, max_connections=4, socket_timeout=2
            )
        return self._client


def name_present(livestream: str) -> str:
    """Return the key of the sorted set of those who watch now."""
    return f"viewers:{livestream}"


def name_total(livestream: str) -> str:
    """Return the key of the set of all who watched."""
    return f"viewers-total:{livestream}"


def name_peak(livestream: str) -> str:
    """Return the key of the most who watched at once: a sorted set of one member."""
    return f"viewers-most:{livestream}"


def count_watched(livestream: str) -> tuple[int, int]:
    """Return how many watched in all and at most at once; zeros without Valkey."""
    try:
        pipe = limits.client().pipeline(transaction=False)
        pipe.scard(name_total(livestream))
        pipe.zscore(name_peak(livestream), PEAK)
        total, peak = pipe.execute()
    except (RedisError, OSError):
        return 0, 0
    return int(total), int(peak or 0)


def list_watched(livestreams: Sequence[str]) -> dict[str, int]:
    """Return how many watched each of these shows in all; nothing without Valkey."""
    try:
        pipe = limits.client().pipeline(transaction=False)
        for public_id in livestreams:
            pipe.scard(name_total(public_id))
        totals = pipe.execute() if livestreams else []
    except (RedisError, OSError):
        return {}
    return dict(zip(livestreams, map(int, totals), strict=True))


def describe(count: int) -> list[Envelope]:
    """Return the count for the host and, from ten on, for the public (W10)."""
    exact = Viewers(count=count, label=_("%(count)s watching") % {"count": count})
    public = Viewers(count=None, label=_("a few watching")) if count < FEW else exact
    return [seal(exact, to=HOSTS), seal(public, to=VIEWERS)]
