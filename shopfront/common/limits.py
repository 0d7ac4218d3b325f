"""Rate limits: an atomic token bucket in Valkey."""

from functools import cache

import redis
from django.conf import settings

BUCKET = """
local tokens = tonumber(redis.call('HGET', KEYS[1], 't') or ARGV[2])
local last = tonumber(redis.call('HGET', KEYS[1], 'l') or ARGV[3])
local gained = math.max(0, tonumber(ARGV[3]) - last) * tonumber(ARGV[1])
tokens = math.min(tonumber(ARGV[2]), tokens + gained)
local allowed = 0
if tokens >= 1 then tokens = tokens - 1; allowed = 1 end
redis.call('HSET', KEYS[1], 't', tokens, 'l', ARGV[3])
redis.call('PEXPIRE', KEYS[1], math.ceil(tonumber(ARGV[2]) / tonumber(ARGV[1]) * 1000))
return allowed
"""


@cache
def client() -> redis.Redis:
    """Return this process's one client for limits."""
    return redis.Redis.from_url(settings.REDIS_URL, max_connections=20)


def take_token(
    key: str, *, per_second: float, burst: int, at: float, closed: bool = False
) -> bool:
    """Take one token from a person's bucket; False when it is empty.

    Args:
        key: what is limited and who, for example `checkout:account:7`.
        per_second: tokens gained a second.
        burst: most tokens a bucket holds.
        at: the moment in seconds since 1970.
        closed: answer False when Valkey is away (money); reads stay open.
    """
    try:
        script = client().register_script(BUCKET)
        return bool(script(keys=[f"limit:{key}"], args=[per_second, burst, at]))
    except redis.RedisError:
        return not closed
