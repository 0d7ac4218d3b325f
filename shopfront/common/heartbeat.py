"""Signs of life that processes leave in the cache for others to read."""

from django.core.cache import cache
from redis.exceptions import RedisError

from shopfront.common import clock

KEPT_SECONDS = 3600


def leave_sign(process: str) -> None:
    """Note that a kind of process works now; a lost cache loses nothing else."""
    try:
        cache.set(f"alive:{process}", clock.now().timestamp(), KEPT_SECONDS)
    except RedisError:
        return


def find_age(process: str) -> float | None:
    """Return the seconds since a kind of process last gave a sign of life.

    Raises:
        RedisError: The cache does not answer.
    """
    at = cache.get(f"alive:{process}")
    return None if at is None else clock.now().timestamp() - float(at)
