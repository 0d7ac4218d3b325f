"""Answers to briefings on the plan of a show (P9)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creators.models import Creator
from creators.portal.guards import for_creators
from creators.portal.runs import PLANNED
from livestreams.access.briefings import get_line_for
from livestreams.access.studio import get_own_livestream_for
from livestreams.models import Livestream
from livestreams.selectors.briefings import read_briefings
from livestreams.services.briefings import answer_line, report_line
from shopfront.common.errors import DomainError
from shopfront.common.http import is_part


@require_POST
@for_creators
def briefing_answer(
    request: HttpRequest, creator: Creator, public_id: str
) -> HttpResponse:
    """Accept, refuse or report a line of a briefing."""
    show = get_own_livestream_for(creator, public_id)
    error: DomainError | None = None
    said = ""
    try:
        said = _answer(request, creator, show)
    except DomainError as refusal:
        error = refusal
    if is_part(request):
        context = {
            "show": show,
            "briefings": read_briefings(show),
            "may_edit": show.state == Livestream.State.SCHEDULED,
            "error": error,
        }
        response = render(request, "creators/_briefing.html", context)
        response["HX-Trigger"] = PLANNED
        return response
    if error is not None:
        messages.error(request, error.message)
    elif said:
        messages.success(request, said)
    address = reverse("creators:show-detail", args=[public_id])
    return redirect(f"{address}#briefing-title")


def _answer(request: HttpRequest, creator: Creator, show: Livestream) -> str:
    line = get_line_for(show, request.POST.get("line", ""))
    act = request.POST.get("act", "")
    if act == "report":
        report_line(line, by=creator.user, words=request.POST.get("words", ""))
        return _("Reported. Staff look at it.")
    if act in {"accept", "refuse"}:
        answer_line(line, is_accepted=act == "accept")
    return ""
