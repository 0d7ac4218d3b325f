"""Pages about the site itself: promises, terms, privacy, who runs it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from shopfront.markets import find_operator, get_current_market
from shopfront.markets.choice import MarketMissing

IMPRINT = "imprint"
PAGES = {
    "promises": _("How we keep promises"),
    "terms": _("Terms"),
    "privacy": _("Privacy and cookies"),
    IMPRINT: _("Who runs this"),
    "accessibility": _("Accessibility"),
}


@require_safe
def about(request: HttpRequest, page: str) -> HttpResponse:
    """Show one of the standing pages."""
    if page not in PAGES:
        raise Http404
    context: dict[str, object] = {"heading": PAGES[page]}
    if page == IMPRINT:
        context |= _read_imprint(request)
    return render(request, f"shopfront/about_{page}.html", context)


def _read_imprint(request: HttpRequest) -> dict[str, object]:
    """Return who runs the visitor's market; what nobody wrote down stays away."""
    try:
        market = get_current_market(request)
    except MarketMissing:
        market = None  # a site that opens nowhere yet is run by somebody all the same
    operator = find_operator(market)
    language = get_language() or "en-gb"
    return {
        "market": market,
        "operator": operator,
        "languages": operator.languages_in(language) if operator else [],
    }
