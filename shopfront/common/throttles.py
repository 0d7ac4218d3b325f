"""Rate limits of the API, apart from its views, which import them by setting."""

from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class PersonThrottle(UserRateThrottle):
    """Counts a person's requests; reads pass while Valkey, which counts, is away."""

    def allow_request(self, request: "Request", view: "APIView") -> bool:
        """Say whether one more request is allowed."""
        try:
            return super().allow_request(request, view)
        except RedisError:
            if request.method not in SAFE_METHODS:
                raise
            return True


class GuestThrottle(PersonThrottle, AnonRateThrottle):
    """Counts the requests of an address that is not signed in."""

    scope = "anon"

    def get_cache_key(self, request: "Request", view: "APIView") -> str | None:
        """Return the key of an address; None for who is signed in."""
        return AnonRateThrottle.get_cache_key(self, request, view)
