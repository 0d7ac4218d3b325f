"""A person's own chat: what waits of it, take it away, or erase it (C8)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog.selectors.product_reports import (
    count_own_words,
    describe_own_reports,
)
from livestreams.access.shield import get_own_offered_for
from livestreams.selectors import own_chat, own_record
from livestreams.services.erasure import erase_chat
from livestreams.services.shieldings import open_private_case
from orders.access import get_paid_line_for
from orders.selectors.cases import list_paid_lines
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of


@login_required
@never_cache
@require_safe
def show_own_chat(request: HttpRequest) -> HttpResponse:
    """Show how much a person wrote and what waits, with download and erasure."""
    person = person_of(request)
    context = {
        "messages_count": own_chat.count_own_chat(person),
        "reported_count": own_chat.count_under_report(person),
        "reports_count": count_own_words(person),
        "votes_count": own_record.count_own_votes(person),
        "appeals_count": own_record.count_own_appeals(person),
        "has_record": own_record.has_own_record(person),
        "waiting_count": own_chat.count_to_be_erased(person),
        "waiting": own_chat.list_own_waiting(person),
        "paid_lines": list_paid_lines({person.pk}).get(person.pk, ()),
        "zone": person.market.time_zone if person.market else "UTC",
    }
    return render(request, "account/chat.html", context)


@login_required
@never_cache
@require_safe
def download_json(request: HttpRequest) -> HttpResponse:
    """Answer a person's chat, votes, reports, decisions and appeals as JSON."""
    person = person_of(request)
    told = {
        "messages": own_chat.describe_own_chat(person),
        "votes": own_record.describe_own_votes(person),
        "reports": own_record.describe_own_room_reports(person),
        "decisions": own_record.describe_own_decisions(person),
        "product_reports": describe_own_reports(person),
    }
    response = JsonResponse(told)
    response["Content-Disposition"] = 'attachment; filename="chat.json"'
    return response


@login_required
@never_cache
@require_safe
def download_csv(request: HttpRequest) -> HttpResponse:
    """Answer a person's chat as CSV."""
    page = own_chat.write_own_csv(person_of(request))
    response = HttpResponse(page, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="chat.csv"'
    return response


@login_required
@require_POST
def open_own_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Make an offered line a private case, also once its show is over."""
    person = person_of(request)
    message = get_own_offered_for(person, public_id)
    line_id = request.POST.get("line", "")
    line = get_paid_line_for(person, line_id) if line_id else None
    try:
        case = open_private_case(message, line=line)
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("livestreams:own-chat")
    return redirect(case)


@login_required
@require_POST
def erase_own_chat(request: HttpRequest) -> HttpResponse:
    """Erase all that a person wrote, once they ticked that they mean it."""
    if request.POST.get("sure") == "1":
        person = person_of(request)
        erase_chat(person, by=person, reason=_("Asked for by the person."))
        if own_chat.count_to_be_erased(person):
            told = _("Your messages are erased; what is under report goes after that.")
        else:
            told = _("Your messages are erased.")
        messages.success(request, told)
    return redirect("livestreams:own-chat")
