"""Reports of pictures that creators and brands put up, and appeals (C7, C11)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from catalog.access import find_shown_picture
from creators.selectors.public import find_public_creator
from livestreams.access.clips import get_clip_for
from livestreams.access.shows import get_livestream_for
from livestreams.access.veils import get_own_picture_for
from livestreams.errors.veils import PictureGone, ReportedTooOften
from livestreams.models import PictureReport
from livestreams.services import veils
from livestreams.services.veil_decisions import appeal_picture
from shopfront.common import clock, limits
from shopfront.common.errors import DomainError
from shopfront.common.http import ask_to_sign_in, find_person, is_part, person_of
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
    return _thank(request, veils.report_portrait(creator, reporter=person), address)


@require_POST
def report_show_picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a report of a show's picture; answer its receipt."""
    livestream = get_livestream_for(request.user, public_id)
    person, address = find_person(request), livestream.get_absolute_url()
    if person is None:
        return ask_to_sign_in(request, address)
    _require_calm(person)
    return _thank(request, veils.report_poster(livestream, reporter=person), address)


@require_POST
def report_clip_picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a report of a clip's first picture; answer its receipt."""
    clip = get_clip_for(request.user, public_id)
    person, address = find_person(request), clip.get_absolute_url()
    if person is None:
        return ask_to_sign_in(request, address)
    _require_calm(person)
    return _thank(request, veils.report_clip(clip, reporter=person), address)


@require_POST
def report_product_picture(request: HttpRequest) -> HttpResponse:
    """Take a report of one of a product's pictures; answer its receipt."""
    photograph = find_shown_picture(request.POST.get("picture", "").replace("\x00", ""))
    if photograph is None:
        raise PictureGone
    person, address = find_person(request), photograph.product.get_absolute_url()
    if person is None:
        return ask_to_sign_in(request, address)
    _require_calm(person)
    report = veils.report_photograph(photograph, reporter=person)
    return _thank(request, report, address)


@login_required
@require_POST
def appeal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an appeal of whoever put up a picture that was taken down."""
    person = person_of(request)
    picture = get_own_picture_for(person, public_id)
    try:
        appeal_picture(picture, person=person, text=request.POST.get("text", ""))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, _("Somebody else looks at it within 7 days and writes to you.")
        )
    return redirect("livestreams:decisions")


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
