"""Country and language: chosen on a page, kept in two cookies and in the account."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shopfront.common.http import find_person
from shopfront.markets import MARKET_COOKIE, get_current_market, list_places
from shopfront.services.people import set_place

YEAR = 365 * 24 * 3600


@require_http_methods(["GET", "HEAD", "POST"])
def choose_place(request: HttpRequest) -> HttpResponse:
    """Show where we sell and in which languages; store what a person chose."""
    places = {place.code: place for place in list_places()}
    sent = request.POST if request.method == "POST" else request.GET
    target = sent.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    chosen = places.get(request.POST.get("place", ""))
    if chosen is None:
        market = get_current_market(request)
        context = {
            "places": places.values(),
            "current": f"{market.code}:{translation.get_language()}",
            "next": target,
            "is_refused": request.method == "POST",
        }
        status = 400 if request.method == "POST" else 200
        return render(request, "shopfront/places.html", context, status=status)
    person = find_person(request)
    if person is not None:
        set_place(person, language=chosen.language, market=chosen.market)
    with translation.override(chosen.language):
        said = _("You shop in %(country)s now.") % {"country": chosen.country}
        messages.success(request, said)
    response = redirect(target)
    keep_language(response, chosen.language)
    _keep(response, MARKET_COOKIE, chosen.market.code)
    return response


def keep_language(response: HttpResponse, language: str) -> None:
    """Let this browser's pages be in a language from now on."""
    _keep(response, settings.LANGUAGE_COOKIE_NAME, language)


def _keep(response: HttpResponse, cookie: str, value: str) -> None:
    response.set_cookie(
        cookie,
        value,
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
