"""Limits of work that a brand sets for the shows it pays: tighter only (E2)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from catalog.access import get_brand_for
from creators.forms import LimitsForm, read_limits
from creators.selectors.worktime import list_limits_of
from creators.services.work_limits import tighten_rules
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of
from shopfront.markets import find_rules, list_selling_markets


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def work_limits(request: HttpRequest, slug: str) -> HttpResponse:
    """Show and tighten what limits work in the shows that a brand pays."""
    brand = get_brand_for(person_of(request), slug)
    markets = list_selling_markets()
    form = LimitsForm(request.POST or None, markets=markets)
    status = 200
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            tighten_rules(
                said["market"],
                read_limits(said),
                owner=brand.account,
                valid_from=said["valid_from"],
                by=person_of(request),
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, _("Saved. It holds from that day on."))
            return redirect("catalog:work-limits", slug)
    now = clock.now()
    context = {
        "brand": brand,
        "form": form,
        "rules": [rule for market in markets if (rule := find_rules(market, now))],
        "limits": list_limits_of(brand.account),
    }
    return render(request, "catalog/work_limits.html", context, status=status)
