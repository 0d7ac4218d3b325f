"""Briefings of brands, for the people who act for them: wishes for planned shows (P9).

The rules are those of the admin: nothing about body, clothing or private life, no
penalty, nothing added once the host has accepted a line.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalog.access import list_brands_for
from livestreams.access.briefings import get_briefed_show_for
from livestreams.errors.planning import BriefedTooOften
from livestreams.models import Livestream
from livestreams.selectors.brand_briefings import find_own_briefing, list_briefable
from livestreams.services.briefings import MOST_LINES, write_briefing
from shopfront.common import clock, limits
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of

EVERY_SECONDS, AT_ONCE = 600, 6
"""Each version is a letter to the host: six at once, then one every ten minutes."""


@require_safe
@login_required
@never_cache
def briefing_list(request: HttpRequest) -> HttpResponse:
    """List the planned shows for which a person's brands may have wishes."""
    acted_for = list_brands_for(person_of(request))
    brands = [brand for brand in acted_for if brand.is_active]
    context = {"briefable": list_briefable(brands), "brands": brands}
    return render(request, "livestreams/briefing_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def briefing_write(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Show and take a brand's wishes for a show, one a line."""
    person = person_of(request)
    brand, show = get_briefed_show_for(person, slug, public_id)
    known = find_own_briefing(brand, show)
    typed, error = known.text if known else "", None
    if request.method == "POST":
        typed = request.POST.get("lines", "")
        try:
            _require_calm(f"{brand.public_id}:{show.public_id}")
            lines = typed.splitlines()
            write_briefing(show, brand=brand, lines=lines, by=person)
        except DomainError as refusal:
            error = refusal
            known = find_own_briefing(brand, show)
        else:
            messages.success(request, _("Sent. The host answers each line."))
            return redirect("livestreams:briefing-write", slug, public_id)
    context = {
        "brand": brand,
        "show": show,
        "zone": show.market.time_zone,
        "known": known,
        "typed": typed,
        "error": error,
        "most_lines": MOST_LINES,
        "is_planned": show.state == Livestream.State.SCHEDULED,
    }
    status = error.status if error else 200
    return render(request, "livestreams/briefing_write.html", context, status=status)


def _require_calm(name: str) -> None:
    """Refuse one version after another: each is a letter to the host.

    Raises:
        BriefedTooOften: there were too many of late.
    """
    now = clock.now().timestamp()
    if not limits.take_token(
        f"briefing:{name}", per_second=1 / EVERY_SECONDS, burst=AT_ONCE, at=now
    ):
        raise BriefedTooOften
