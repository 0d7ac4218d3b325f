"""What was decided about a person, their appeals and their reports (C7, C9)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.access import get_own_reported_for
from catalog.selectors.product_reports import (
    list_own_goods,
    list_own_product_reports,
)
from catalog.services.product_appeals import appeal_withdrawal
from livestreams.access.moderation import get_own_action_for
from livestreams.access.shows import get_livestream_for, get_message_for
from livestreams.errors import SignInToChat
from livestreams.models import Category
from livestreams.selectors.moderation import list_own_actions, list_own_reports
from livestreams.selectors.veils import list_own_picture_reports, list_own_pictures
from livestreams.services.appeals import open_appeal
from livestreams.services.reports import report_livestream, report_message
from shopfront.common.errors import DomainError
from shopfront.common.http import ask_to_sign_in, find_person, is_part, person_of


@login_required
@never_cache
@require_safe
def show_decisions(request: HttpRequest) -> HttpResponse:
    """Show what was decided about a person and about what they reported."""
    person = person_of(request)
    context = {
        "actions": list_own_actions(person),
        "reports": list_own_reports(person),
        "own_pictures": list_own_pictures(person),
        "picture_reports": list_own_picture_reports(person),
        "own_goods": list_own_goods(person),
        "product_reports": list_own_product_reports(person),
        "zone": person.market.time_zone if person.market else "UTC",
    }
    return render(request, "account/decisions.html", context)


@login_required
@require_POST
def appeal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an appeal against an act that concerns this person."""
    person = person_of(request)
    action = get_own_action_for(person, public_id)
    try:
        open_appeal(action, person=person, text=request.POST.get("text", ""))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, _("Somebody else looks at it within 7 days and writes to you.")
        )
    return redirect("livestreams:decisions")


@login_required
@require_POST
def appeal_goods(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an appeal of a brand whose product was withdrawn after a report."""
    person = person_of(request)
    case = get_own_reported_for(person, public_id)
    try:
        appeal_withdrawal(case, person=person, text=request.POST.get("text", ""))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, _("Somebody else looks at it within 7 days and writes to you.")
        )
    return redirect("livestreams:decisions")


@require_POST
def report_show(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a report of a whole show; answer its receipt."""
    livestream = get_livestream_for(request.user, public_id)
    person = find_person(request)
    if person is None:
        return ask_to_sign_in(request, livestream.get_absolute_url())
    reason = request.POST.get("reason", "")
    report = report_livestream(
        livestream,
        reporter=person,
        reason=reason if reason in Category.values else Category.OTHER,
        words=request.POST.get("words", ""),
    )
    if is_part(request):
        return render(request, "livestreams/_show_reported.html", {"report": report})
    said = _("Thank you. A moderator looks at it. Your receipt: %(receipt)s")
    messages.success(request, said % {"receipt": report.public_id})
    return redirect(livestream)


@require_POST
def report_line(request: HttpRequest, public_id: str) -> JsonResponse:
    """Take a report of a line from a replay's chat; answer its receipt."""
    try:
        livestream = get_livestream_for(request.user, public_id)
        person = find_person(request)
        if person is None:
            raise SignInToChat
        message = get_message_for(livestream, request.POST.get("message", ""))
        reason = request.POST.get("reason", "")
        report = report_message(
            message,
            reporter=person,
            reason=reason if reason in Category.values else Category.OTHER,
        )
    except DomainError as refusal:
        told = {"code": refusal.code, "message": str(refusal.message)}
        return JsonResponse(told, status=refusal.status)
    return JsonResponse({"receipt": report.public_id})
