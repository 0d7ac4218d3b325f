"""How many watch each of many shows, in the words of the public (W10)."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from livestreams.broadcast.viewers import EXPIRE_AFTER, FEW, name_present
from shopfront.common import clock, limits


def read_viewers(public_ids: Sequence[str]) -> dict[str, str]:
    """Return what walls say of the viewers of these shows; one round trip.

    Without Valkey nothing is said, and of an empty room neither.
    """
    after = clock.now().timestamp() - EXPIRE_AFTER
    try:
        pipe = limits.client().pipeline(transaction=False)
        for public_id in public_ids:
            pipe.zcount(name_present(public_id), after, "+inf")
        counts = pipe.execute() if public_ids else []
    except (RedisError, OSError):
        return {}
    return {
        public_id: _say(int(count))
        for public_id, count in zip(public_ids, counts, strict=True)
        if count
    }


def _say(count: int) -> str:
    if count < FEW:
        return _("a few watching")
    return _("%(count)s watching") % {"count": count}
