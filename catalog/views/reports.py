"""Reports of products: the form, with and without script, and the receipt (C7)."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from catalog import access
from catalog.errors.reported_goods import GoodsReportedTooOften
from catalog.forms import ReportForm
from catalog.models import Product, ProductReport
from catalog.services.product_reports import report_product
from catalog.services.report_appeals import appeal_report
from catalog.services.stock import limit_key_of
from catalog.views.common import ensure_holder
from shopfront.common import clock, limits
from shopfront.common.errors import DomainError
from shopfront.common.http import find_person, is_part, read_tap
from shopfront.markets import get_current_market

EVERY_SECONDS = 60
AT_ONCE = 5
AT_ONCE_FROM_A_PLACE = 20


@never_cache
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask what is wrong with a product; take the report and show its receipt."""
    product = access.get_product(slug)
    is_sent = request.method == "POST"
    is_guest = find_person(request) is None
    form = ReportForm(request.POST if is_sent else None, is_guest=is_guest)
    context = {"product": product, "form": form, "part": is_part(request)}
    status = 400 if is_sent else 200
    if is_sent and form.is_valid():
        try:
            taken = _take(request, product, form)
        except DomainError as refusal:
            context["refusal"], status = refusal, refusal.status
        else:
            return _thank(request, taken)
    name = "_report_form" if context["part"] else "report_form"
    page = f"catalog/{name}.html"
    return render(request, page, context | read_tap(request), status=status)


@never_cache
@require_safe
def receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what became of a report: one's own, or a guest's by its number."""
    taken = access.get_product_report_for(find_person(request), public_id)
    context = {
        "report": taken,
        "product": taken.case.product,
        "zone": get_current_market(request).time_zone,
    }
    return render(request, "catalog/report_receipt.html", context)


@never_cache
@require_POST
def appeal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an appeal of who reported a product that stays on sale."""
    taken = access.get_product_report_for(find_person(request), public_id)
    try:
        appeal_report(taken, text=request.POST.get("text", ""))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        said = _("Somebody else looks at it within 7 days.")
        if taken.address:
            said = _("Somebody else looks at it within 7 days and writes to you.")
        messages.success(request, said)
    return redirect("catalog:report-receipt", public_id)


def _take(request: HttpRequest, product: Product, form: ReportForm) -> ProductReport:
    """Take a report whose form is whole.

    Raises:
        GoodsReportedTooOften: there were too many of late.
    """
    person, holder = find_person(request), ensure_holder(request)
    _require_calm(request, holder)
    return report_product(
        product,
        holder=holder,
        reporter=person,
        reason=form.cleaned_data["reason"],
        words=form.cleaned_data["words"],
        email=form.cleaned_data.get("email", ""),
        language=person.language if person else get_language() or "en-gb",
    )


def _thank(request: HttpRequest, taken: ProductReport) -> HttpResponse:
    if not is_part(request):
        return redirect("catalog:report-receipt", taken.public_id)
    context = {"report": taken, "product": taken.case.product, "part": True}
    page = "catalog/_report_receipt.html"
    return render(request, page, context | read_tap(request))


def _require_calm(request: HttpRequest, holder: str) -> None:
    """Refuse one product after another, of a person and of a guest's address.

    The address is counted by a keyed hash for some minutes, and kept nowhere.

    Raises:
        GoodsReportedTooOften: there were too many of late.
    """
    keys = {f"product-report:{holder}": AT_ONCE}
    if find_person(request) is None:
        place = limit_key_of("address", get_adapter().get_client_ip(request))
        keys[f"product-report:{place}"] = AT_ONCE_FROM_A_PLACE
    now = clock.now().timestamp()
    for key, burst in keys.items():
        rate = burst / AT_ONCE / EVERY_SECONDS
        if not limits.take_token(key, per_second=rate, burst=burst, at=now):
            raise GoodsReportedTooOften
