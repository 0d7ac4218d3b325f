"""Pages about the site itself: promises, terms, privacy, who runs it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

PAGES = {
    "promises": _("How we keep promises"),
    "terms": _("Terms"),
    "privacy": _("Privacy and cookies"),
    "imprint": _("Who runs this"),
    "accessibility": _("Accessibility"),
}


@require_safe
def about(request: HttpRequest, page: str) -> HttpResponse:
    """Show one of the standing pages."""
    if page not in PAGES:
        raise Http404
    context = {"heading": PAGES[page]}
    return render(request, f"shopfront/about_{page}.html", context)
