"""A Redis cache with one connection pool per process."""

from functools import cached_property
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

_clients: dict[tuple[str, ...], RedisCacheClient] = {}


class SharedRedisCache(RedisCache):
    """Django's Redis cache opens a pool per context under ASGI; this shares one."""

    @cached_property
    def _cache(self) -> Any:
        servers = tuple(self._servers)  # type: ignore[attr-defined]
        if servers not in _clients:
            _clients[servers] = self._class(self._servers, **self._options)  # type: ignore[attr-defined]
        return _clients[servers]
