"""The transparency report: which periods there are, one of them, its numbers as CSV."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from creators.selectors.tables import write_table
from livestreams.access.transparency import Period, get_period_for
from livestreams.selectors import transparency as reads
from livestreams.selectors.transparency import TransparencyReport
from livestreams.selectors.transparency_periods import MarketPeriods, list_markets
from livestreams.views.transparency_plot import MonthPlot, draw_months
from shopfront.common.sharing import KeptPage, read_shared

BODY = "livestreams/_transparency.html"


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportPage(KeptPage):
    """A report as everybody sees it."""

    period: Period
    report: TransparencyReport
    plots: list[MonthPlot]


@require_safe
def transparency_list(request: HttpRequest) -> HttpResponse:
    """List the markets with the periods that have ended."""
    markets: list[MarketPeriods] = read_shared(list_markets, "transparency")
    return render(request, "livestreams/transparency_list.html", {"markets": markets})


@require_safe
def transparency_detail(
    request: HttpRequest, market_code: str, name: str
) -> HttpResponse:
    """Show the numbers of a market's period; one that still runs to staff alone."""
    period = get_period_for(request.user, market_code, name)
    if not period.is_over:
        return _show_running(request, period)
    page = read_shared(
        lambda: _read_page(period), "transparency", period.market.pk, period.name
    )
    return _show(request, page)


@require_safe
def transparency_file(
    request: HttpRequest, market_code: str, name: str
) -> HttpResponse:
    """Answer the same numbers as CSV, with codes that no language changes."""
    period = get_period_for(request.user, market_code, name)
    rows = reads.list_values(period, reads.read_report(period))
    file = "".join(write_table(reads.COLUMNS, rows))
    response = HttpResponse(file, content_type="text/csv; charset=utf-8")
    named = f"transparency-{market_code.lower()}-{period.name}.csv"
    response["Content-Disposition"] = f'attachment; filename="{named}"'
    if not period.is_over:
        response["Cache-Control"] = "private, no-store"
    return response


@never_cache
def _show_running(request: HttpRequest, period: Period) -> HttpResponse:
    return _show(request, _read_page(period))


def _show(request: HttpRequest, page: ReportPage) -> HttpResponse:
    context = {"period": page.period, "body": page.get_part(BODY).fill()}
    return render(request, "livestreams/transparency_detail.html", context)


def _read_page(period: Period) -> ReportPage:
    report = reads.read_report(period)
    plots = draw_months(report.get_table("months"), period.months)
    return ReportPage(period=period, report=report, plots=plots)
