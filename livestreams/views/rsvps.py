"""Reminders of upcoming shows, on the page and as a calendar file."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from livestreams.access.rsvps import find_rsvp_by_link
from livestreams.access.shows import get_livestream_for
from livestreams.selectors.calendars import write_calendar
from livestreams.selectors.tiles import describe_show
from livestreams.services import rsvps
from shopfront.common.http import ask_to_sign_in, find_person, is_part


@require_POST
def toggle_rsvp(request: HttpRequest, public_id: str) -> HttpResponse:
    """Set or take back a reminder; answers the button again to htmx."""
    livestream = get_livestream_for(request.user, public_id)
    person = find_person(request)
    if person is None:
        return ask_to_sign_in(request, livestream.get_absolute_url())
    is_wanted = request.POST.get("wanted") == "1"
    if is_wanted:
        rsvps.add_rsvp(livestream, user=person)
    else:
        rsvps.remove_rsvp(livestream, user=person)
    if is_part(request):
        context = {
            "show": describe_show(livestream),
            "is_wanted": is_wanted,
            "strong": request.POST.get("strong") == "1",
        }
        return render(request, "components/_rsvp.html", context)
    said = (
        _("We will write to you 15 minutes before the start.")
        if is_wanted
        else _("No reminder will be sent.")
    )
    messages.success(request, said)
    return redirect(livestream)


@never_cache
@csrf_exempt  # a mail program posts without cookies (RFC 8058); the link is signed
@require_http_methods(["GET", "HEAD", "POST"])
def leave_show(request: HttpRequest, code: str) -> HttpResponse:
    """Take a reminder back by the link in a letter, without signing in."""
    rsvp = find_rsvp_by_link(code)
    if rsvp is not None and request.method == "POST":
        rsvps.remove_rsvp(rsvp.livestream, user=rsvp.user)
        rsvp = None
    context = {"show": rsvp.livestream if rsvp else None}
    return render(request, "livestreams/rsvp_leave.html", context)


@require_safe
def show_calendar(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer a show as a calendar file."""
    livestream = get_livestream_for(request.user, public_id)
    response = HttpResponse(
        write_calendar(livestream), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="show-{public_id}.ics"'
    whose = "private" if livestream.is_limited else "public"
    response["Cache-Control"] = f"{whose}, max-age=60"
    return response
