"""Who may enter the studio: people with a duty, and the devices they gave a remote."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from livestreams.access.remotes import get_remote_seat
from livestreams.access.studio import Seat, get_studio_seat
from shopfront.common.errors import DomainError

REMOTE_COOKIE = "sf_remote"
P = ParamSpec("P")
SeatView = Callable[Concatenate[HttpRequest, Seat, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, str, P], HttpResponse]


def for_duties(view: SeatView[P]) -> View[P]:
    """Give the view the seat of its person or device; others find no such show."""

    @wraps(view)
    def guarded(
        request: HttpRequest, public_id: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        seat = _find_seat(request, public_id)
        if seat is None:
            return redirect_to_login(request.get_full_path())
        return view(request, seat, *args, **kwargs)

    return cast(View[P], never_cache(guarded))


def _find_seat(request: HttpRequest, public_id: str) -> Seat | None:
    """Return the own seat, else that of the device; None asks a guest to sign in.

    Raises:
        LivestreamMissing: neither has a duty in such a show.
    """
    if request.user.is_authenticated:
        try:
            return get_studio_seat(request.user, public_id)
        except DomainError:
            return get_remote_seat(_read_key(request), public_id)
    if not _read_key(request):
        return None
    return get_remote_seat(_read_key(request), public_id)


def _read_key(request: HttpRequest) -> str:
    return request.COOKIES.get(REMOTE_COOKIE, "")[:100]
