"""What pages of shows tell of those who agreed to be counted."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from livestreams.access.shows import get_livestream_for
from livestreams.errors.funnel import StepsUnreadable
from livestreams.services import funnel
from orders.access import Shopper
from shopfront.common import clock, limits
from shopfront.common.http import find_browser_key, find_person
from shopfront.services import consents

LARGEST = 64 * 1024


@require_POST
@never_cache
def count_steps(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a batch of steps; nothing is kept of those who did not agree."""
    livestream = get_livestream_for(request.user, public_id)
    told = _read(request)
    user = find_person(request)
    key = find_browser_key(request) or ""
    answer = HttpResponse(status=204)
    if user is None and not key:
        return answer
    shopper = Shopper(user, key)
    at = clock.now().timestamp()
    if not limits.take_token(
        f"funnel:{shopper.name}", per_second=0.5, burst=10, at=at, closed=True
    ):
        return answer
    if consents.is_given(user, key, consents.MEASURE):
        funnel.count_steps(livestream, told, shopper=shopper.name)
    return answer


def _read(request: HttpRequest) -> list[tuple[str, str]]:
    if len(request.body) > LARGEST:
        raise StepsUnreadable
    try:
        steps = orjson.loads(request.body)
    except orjson.JSONDecodeError as fault:
        raise StepsUnreadable from fault
    if not isinstance(steps, list):
        raise StepsUnreadable
    told = [tuple(step) for step in steps if isinstance(step, list)]
    is_right = all(
        len(step) == 2 and all(isinstance(part, str) for part in step) for step in told
    )
    if not is_right or len(told) != len(steps):
        raise StepsUnreadable
    return [(step[0], step[1]) for step in told]
