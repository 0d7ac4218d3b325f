"""Monthly statements of all who are paid: the list, a page, CSV and PDF (E8, E9)."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from creators.models import Account
from creators.selectors.brand_rows import explain_brand_rows
from creators.selectors.month_rows import (
    list_month_guarantees,
    list_month_lines,
    read_month_rows,
)
from creators.selectors.months import (
    Month,
    find_month,
    list_months,
    name_sums,
    sum_month,
)
from creators.selectors.papers import render_month
from creators.selectors.statement_rows import are_whole, explain_rows
from creators.selectors.tables import write_month
from creators.views.files import answer_paper, answer_sheet
from shopfront.models import Market

PER_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDesk:
    """Whose months they are, and where their pages stand."""

    account: Account | None
    market: Market
    owner: tuple[str, ...]
    """The owner as papers name it: the name, then lines such as an address."""
    route: str
    """The name of a month's page; its files add "-file" and "-paper"."""
    args: tuple[str, ...] = ()
    """What stands in the address before the month's name."""

    def link(self, month: Month, part: str = "") -> str:
        """Return the address of a month's page or file."""
        return reverse(f"{self.route}{part}", args=[*self.args, month.name])

    def list_links(self) -> list[tuple[Month, str]]:
        """Return the months with their addresses, newest first; one query."""
        months = list_months(self.account, self.market)
        return [(month, self.link(month)) for month in months]

    def get_month(self, name: str) -> Month:
        """Return a month by the name in its address.

        Raises:
            Http404: the balance could not move in it.
        """
        month = find_month(self.account, self.market, name)
        if month is None:
            raise Http404
        return month


def answer_month(
    request: HttpRequest, desk: MonthDesk, name: str, template: str
) -> HttpResponse:
    """Show a month: balances, what moved them, and what was paid out."""
    month = desk.get_month(name)
    page = Paginator(list_month_lines(month), PER_PAGE).get_page(
        request.GET.get("page")
    )
    guarantees = list_month_guarantees(month) if page.number == 1 else []
    rows: list[Any] = [*guarantees, *read_month_rows(month, list(page.object_list))]
    *sums, total = name_sums(month, sum_month(month))
    context = {
        "month": month,
        "sums": sums,
        "total": total,
        "page": page,
        "rows": rows,
        "are_whole": are_whole(rows),
        "notes": (explain_brand_rows if month.is_brands else explain_rows)(rows),
        "paper_url": desk.link(month, "-paper"),
        "sheet_url": desk.link(month, "-file"),
    }
    return render(request, template, context)


def answer_month_file(desk: MonthDesk, name: str) -> StreamingHttpResponse:
    """Answer a month's lines as CSV, amounts in minor units, moments in UTC."""
    return answer_sheet(write_month(desk.get_month(name)), f"month-{name}")


def answer_month_paper(desk: MonthDesk, name: str, language: str) -> HttpResponse:
    """Answer a month's statement as PDF."""
    content = render_month(desk.get_month(name), desk.owner, language)
    return answer_paper(content, f"month-{name}")
