"""What the catalog's pages share: who looks, by account and by browser."""

from django.http import HttpRequest

from catalog.errors import TooManyTries
from catalog.services.stock import holder_of
from shopfront.common import clock, limits
from shopfront.common.http import ensure_browser_key, find_browser_key, find_person


def list_holders(request: HttpRequest) -> list[str]:
    """Name those in whose name this browser may look: account and guest."""
    user, key = find_person(request), find_browser_key(request)
    account = [holder_of(user, "")] if user is not None else []
    return [*account, *([holder_of(None, key)] if key else [])]


def ensure_holder(request: HttpRequest) -> str:
    """Name who acts; a new guest's browser gets its key."""
    return holder_of(find_person(request), ensure_browser_key(request))


def slow_down(holder: str) -> None:
    """Slow down what no person does: more than a burst of ten attempts.

    Raises:
        TooManyTries: the bucket is empty, or Valkey is away.
    """
    now = clock.now().timestamp()
    key = f"catalog:{holder}"
    if not limits.take_token(key, per_second=0.5, burst=10, at=now, closed=True):
        raise TooManyTries
