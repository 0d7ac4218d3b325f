"""Months of brands: what shoppers paid and who got which part, paid or not (E9)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.views.pay import open_desk
from creators.views.month_pages import (
    answer_month,
    answer_month_file,
    answer_month_paper,
)
from shopfront.common.http import person_of


@require_safe
@login_required
@never_cache
def pay_month(
    request: HttpRequest, slug: str, currency: str, name: str
) -> HttpResponse:
    """Show a month of a brand: balances, postings and what was paid out."""
    desk = open_desk(request, slug, currency).months
    return answer_month(request, desk, name, "catalog/pay_month.html")


@require_safe
@login_required
def pay_month_file(
    request: HttpRequest, slug: str, currency: str, name: str
) -> StreamingHttpResponse:
    """Answer a brand's month as CSV."""
    return answer_month_file(open_desk(request, slug, currency).months, name)


@require_safe
@login_required
def pay_month_paper(
    request: HttpRequest, slug: str, currency: str, name: str
) -> HttpResponse:
    """Answer a brand's month as PDF."""
    desk = open_desk(request, slug, currency).months
    return answer_month_paper(desk, name, person_of(request).language)
