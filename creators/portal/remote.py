"""Remote controls: made and turned off in the studio, opened on a second device."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from creators.portal.seats import REMOTE_COOKIE
from livestreams.access.remotes import get_remote_by_link, get_remote_for
from livestreams.access.studio import Seat
from livestreams.services.remotes import make_remote, revoke_remote, take_remote

HOLDS_SECONDS = 24 * 3600
DEVICES = ("iPhone", "iPad", "Android", "Mac", "Windows", "Linux")


@never_cache
@require_http_methods(["GET", "POST"])
def open_remote(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whether this device becomes the remote control; the first one does."""
    remote = get_remote_by_link(code)
    show = remote.livestream
    if request.method != "POST":
        return render(request, "creators/remote_open.html", {"show": show})
    key = take_remote(remote, device=_name_device(request))
    response = redirect("creators:studio", show.public_id)
    response.set_cookie(
        REMOTE_COOKIE,
        key,
        max_age=HOLDS_SECONDS,
        path="/creator/studio/",
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def make(_request: HttpRequest, seat: Seat) -> str:
    """Make a link for a second device."""
    make_remote(seat.livestream, by=seat.person)
    return _("Scan the code with the second device within ten minutes.")


def revoke(request: HttpRequest, seat: Seat) -> str:
    """Turn a second device off, or a link that waits."""
    remote = get_remote_for(seat.livestream, request.POST.get("remote", ""))
    revoke_remote(remote, by=seat.person)
    return _("It is turned off.")


def _name_device(request: HttpRequest) -> str:
    """Return what kind of device it says it is, for its owner to tell it by."""
    agent = request.headers.get("User-Agent", "")
    return next((name for name in DEVICES if name in agent), _("Another device"))
