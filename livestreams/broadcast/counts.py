"""How many watch each of many shows, and the public's words for it (W10)."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from livestreams.broadcast.viewers import EXPIRE_AFTER, FEW, name_present
from shopfront.common import clock, limits


def count_viewers(public_ids: Sequence[str]) -> dict[str, int]:
    """Return how many watch each of these shows; nothing without Valkey.

    One round trip to Valkey for all of them.
    """
    after = clock.now().timestamp() - EXPIRE_AFTER
    try:
        pipe = limits.client().pipeline(transaction=False)
        for public_id in public_ids:
            pipe.zcount(name_present(public_id), after, "+inf")
        counts = pipe.execute() if public_ids else []
    except (RedisError, OSError):
        return {}
    return dict(zip(public_ids, map(int, counts), strict=True))


def say_viewers(count: int) -> str:
    """Return the words for a count: nothing for none, no number under ten."""
    if not count:
        return ""
    if count < FEW:
        return _("a few watching")
    return _("%(count)s watching") % {"count": count}
