"""Reports of pictures that creators put up (C11)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creators.selectors.public import find_public_creator
from livestreams.access.shows import get_livestream_for
from livestreams.errors.veils import ReportedTooOften
from livestreams.models import PictureReport
from livestreams.services.veils import report_portrait, report_poster
from shopfront.common import clock, limits
from shopfront.common.http import ask_to_sign_in, find_person, is_part
from shopfront.models import User

EVERY_SECONDS = 60
AT_ONCE = 5


@require_POST
def report_creator_picture(request: HttpRequest, handle: str) -> HttpResponse:
    """Take a report of a creator's picture; answer its receipt."""
    creator = find_public_creator(handle)
    if creator is None:
        raise Http404
    person = find_person(request)
    address = reverse("creator-page", args=[creator.handle])
    if person is None:
        return ask_to_sign_in(request, address)
    _require_calm(person)
    return _thank(request, report_portrait(creator, reporter=person), address)


@require_POST
def report_show_picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a report of a show's picture; answer its receipt."""
    livestream = get_livestream_for(request.user, public_id)
    person, address = find_person(request), livestream.get_absolute_url()
    if person is None:
        return ask_to_sign_in(request, address)
    _require_calm(person)
    return _thank(request, report_poster(livestream, reporter=person), address)


def _thank(request: HttpRequest, report: PictureReport, address: str) -> HttpResponse:
    if is_part(request):
        return render(request, "livestreams/_show_reported.html", {"report": report})
    said = _("Thank you. A moderator looks at it. Your receipt: %(receipt)s")
    messages.success(request, said % {"receipt": report.public_id})
    return redirect(address)


def _require_calm(person: User) -> None:
    """Refuse one picture after another: each is blurred for everybody.

    Raises:
        ReportedTooOften: there were too many of late.
    """
    now = clock.now().timestamp()
    key = f"picture-report:{person.public_id}"
    if not limits.take_token(key, per_second=1 / EVERY_SECONDS, burst=AT_ONCE, at=now):
        raise ReportedTooOften
