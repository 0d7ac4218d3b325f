"""What people agree to beyond what the shop needs: seen, given and taken back (L3)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shopfront.common.http import (
    BROWSER_COOKIE_AGE,
    ensure_browser_key,
    find_browser_key,
    find_person,
    is_part,
    read_way_back,
)
from shopfront.common.pages import MEASURE_COOKIE
from shopfront.models import User
from shopfront.services import consents

ANSWERS = {"yes": True, "no": False}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def privacy_choices(request: HttpRequest) -> HttpResponse:
    """Show what was decided, and keep a decision of one tap."""
    user = find_person(request)
    if request.method == "POST":
        return _decide(request, user)
    key = find_browser_key(request) or ""
    choices = [
        (purpose, consents.find_decision(user, key, code))
        for code, purpose in consents.PURPOSES.items()
    ]
    return render(request, "shopfront/privacy_choices.html", {"choices": choices})


def _decide(request: HttpRequest, user: User | None) -> HttpResponse:
    answer = request.POST.get("answer", "")
    if answer not in ANSWERS:
        return redirect("privacy-choices")
    key = ensure_browser_key(request)
    purpose = request.POST.get("purpose", "")
    consents.decide(user, key, purpose, is_given=ANSWERS[answer])
    if is_part(request):
        response = render(request, "components/_measure_answered.html")
    else:
        response = redirect(read_way_back(request) or "privacy-choices")
    response.set_cookie(
        MEASURE_COOKIE,
        answer,
        max_age=BROWSER_COOKIE_AGE,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response
