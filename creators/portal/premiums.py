"""Overtime premiums of helpers without a creator's account: seen, paid, taken away."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from catalog.selectors.told import list_told
from creators.access import get_owner_payout, list_helper_accounts, list_owner_payouts
from creators.models import Account, Payout
from creators.portal.earnings import PER_PAGE
from creators.selectors.guarantees import list_duty_premiums
from creators.selectors.outlook import find_payout_market, read_account_outlook
from creators.selectors.papers import render_statement
from creators.selectors.tables import write_payout, write_premiums
from creators.views.files import answer_paper, answer_sheet
from creators.views.month_pages import (
    MonthDesk,
    answer_month,
    answer_month_file,
    answer_month_paper,
)
from creators.views.pay_desk import PayDesk, answer_change, answer_withdrawal
from shopfront.common.http import person_of
from shopfront.common.passwords import with_password
from shopfront.models import User

PERSON = Account.Owner.PERSON


@dataclass(frozen=True, slots=True)
class Helper:
    """A person's desk in one currency, and the currencies that there are."""

    desk: PayDesk
    months: MonthDesk
    currency: str
    currencies: tuple[str, ...]

    def link(self, name: str) -> str:
        """Return the address of one of the desk's pages."""
        return reverse(f"creators:{name}", args=[self.currency])


@require_safe
@login_required
@never_cache
def premiums(request: HttpRequest, currency: str = "") -> HttpResponse:
    """Show what a helper is owed, when it is paid, where to, and the statements."""
    person = person_of(request)
    helper = _open(person, currency)
    rows = list_duty_premiums(person).filter(person=person, currency=helper.currency)
    payouts = list_owner_payouts(PERSON, person.public_id)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "helper": helper,
        "zone": helper.desk.market.time_zone,
        "market": helper.desk.market,
        "outlook": helper.desk.outlook,
        "change_url": helper.link("premiums-change"),
        "withdraw_url": helper.link("premiums-withdraw"),
        "page": page,
        "premiums": page.object_list,
        "payouts": payouts.filter(currency=helper.currency)[:PER_PAGE],
        "months": helper.months.list_links(),
    }
    return render(request, "creators/premium_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
@with_password
def change_details(request: HttpRequest, currency: str) -> HttpResponse:
    """Take where a helper is paid and the tax data that a payout needs."""
    desk = _open(person_of(request), currency).desk
    return answer_change(request, desk, "creators/premium_details.html")


@require_POST
@login_required
def withdraw_change(request: HttpRequest, currency: str) -> HttpResponse:
    """Take back a change that waits."""
    return answer_withdrawal(request, _open(person_of(request), currency).desk)


@require_safe
@login_required
def premiums_file(request: HttpRequest) -> StreamingHttpResponse:
    """Answer all premiums as CSV, amounts in minor units, moments in UTC."""
    person = person_of(request)
    rows = list_duty_premiums(person).filter(person=person)
    return answer_sheet(write_premiums(rows.iterator(chunk_size=500)), "premiums")


@require_safe
@login_required
def premium_paper(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer a payout's statement as PDF."""
    payout = _get_payout(request, public_id)
    content = render_statement(payout, person_of(request).language)
    return answer_paper(content, f"statement-{payout.run.due_on}")


@require_safe
@login_required
def premium_sheet(request: HttpRequest, public_id: str) -> StreamingHttpResponse:
    """Answer a payout's lines as CSV."""
    payout = _get_payout(request, public_id)
    return answer_sheet(write_payout(payout), f"statement-{payout.run.due_on}")


@require_safe
@login_required
@never_cache
def month(request: HttpRequest, currency: str, name: str) -> HttpResponse:
    """Show a month of a helper: balances, premiums and what was paid out."""
    desk = _open(person_of(request), currency).months
    return answer_month(request, desk, name, "creators/premium_month.html")


@require_safe
@login_required
def month_file(request: HttpRequest, currency: str, name: str) -> StreamingHttpResponse:
    """Answer a helper's month as CSV."""
    return answer_month_file(_open(person_of(request), currency).months, name)


@require_safe
@login_required
def month_paper(request: HttpRequest, currency: str, name: str) -> HttpResponse:
    """Answer a helper's month as PDF."""
    person = person_of(request)
    return answer_month_paper(_open(person, currency).months, name, person.language)


@require_safe
@login_required
@never_cache
def premiums_told(request: HttpRequest) -> HttpResponse:
    """Show each year's report as far as it is about this helper."""
    context = {"told": list_told(person_of(request).public_id)}
    return render(request, "creators/tax_told.html", context)


def _open(person: User, currency: str) -> Helper:
    """Return the desk of the currency that is asked for, else of the first.

    Raises:
        Http404: this person is owed nothing in it, and never was.
    """
    accounts = {row.currency: row for row in list_helper_accounts(person)}
    currency = currency or next(iter(accounts), "")
    market = find_payout_market(currency)
    if currency not in accounts or market is None:
        raise Http404
    desk = PayDesk(
        kind=PERSON,
        public_id=person.public_id,
        market=market,
        outlook=read_account_outlook(accounts[currency], market),
        page=reverse("creators:premiums", args=[currency]),
    )
    months = MonthDesk(
        account=accounts[currency],
        market=market,
        owner=(person.name, person.email),
        route="creators:premiums-month",
        args=(currency,),
    )
    return Helper(desk, months, currency, tuple(accounts))


def _get_payout(request: HttpRequest, public_id: str) -> Payout:
    return get_owner_payout(PERSON, person_of(request).public_id, public_id)
