"""Pay of brands, for the people who act for them: details, statements, papers (E9)."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from catalog.access import get_brand_for, list_pay_accounts_for
from catalog.models import Brand
from creators.access import get_account_hold, get_owner_payout, list_owner_payouts
from creators.forms import AppealForm
from creators.models import Account, Payout
from creators.models.holds import DECISION_TIME
from creators.selectors.holds import list_account_holds, weigh_hold
from creators.selectors.outlook import (
    Outlook,
    find_payout_market,
    read_account_outlook,
)
from creators.selectors.papers import render_statement
from creators.selectors.tables import write_payout
from creators.services import holds
from creators.views.files import answer_paper, answer_sheet
from creators.views.month_pages import MonthDesk
from creators.views.pay_desk import PayDesk, answer_change, answer_withdrawal
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of
from shopfront.common.passwords import with_password
from shopfront.models import Market

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Desk:
    """A brand's account in one currency, and the market that pays it."""

    brand: Brand
    account: Account
    market: Market

    @property
    def outlook(self) -> Outlook:
        """When and how it is paid next."""
        return read_account_outlook(self.account, self.market)

    @property
    def shared(self) -> PayDesk:
        """The same as all owners have it."""
        return PayDesk(
            kind=Account.Owner.BRAND,
            public_id=self.brand.public_id,
            market=self.market,
            outlook=self.outlook,
            page=self.link("pay-detail"),
        )

    @property
    def months(self) -> MonthDesk:
        """Its months, named as a trader is on papers."""
        brand = self.brand
        return MonthDesk(
            account=self.account,
            market=self.market,
            owner=(brand.trader_name, *brand.trader_address.splitlines()),
            route="catalog:pay-month",
            args=(brand.slug, self.account.currency),
        )

    def link(self, name: str) -> str:
        """Return the address of one of its pages."""
        return reverse(f"catalog:{name}", args=[self.brand.slug, self.account.currency])


@require_safe
@login_required
@never_cache
def pay_list(request: HttpRequest) -> HttpResponse:
    """List the accounts of the brands that a person acts for."""
    pairs = list_pay_accounts_for(person_of(request))
    return render(request, "catalog/pay_list.html", {"pairs": pairs})


@require_safe
@login_required
@never_cache
def pay_detail(request: HttpRequest, slug: str, currency: str) -> HttpResponse:
    """Show when a brand is paid, where to, and its statements."""
    desk = open_desk(request, slug, currency)
    payouts = list_owner_payouts(Account.Owner.BRAND, desk.brand.public_id)
    mine = payouts.filter(currency=currency)
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "brand": desk.brand,
        "zone": desk.market.time_zone,
        "market": desk.market,
        "outlook": desk.outlook,
        "held": list_account_holds(desk.account),
        "currency": currency,
        "change_url": desk.link("pay-change"),
        "withdraw_url": desk.link("pay-withdraw"),
        "page": page,
        "payouts": page.object_list,
        "months": desk.months.list_links(),
    }
    return render(request, "catalog/pay_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
@with_password
def pay_change(request: HttpRequest, slug: str, currency: str) -> HttpResponse:
    """Take new details of a brand; another bank account counts after three days."""
    desk = open_desk(request, slug, currency)
    return answer_change(request, desk.shared, "catalog/pay_change.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def pay_held(
    request: HttpRequest, slug: str, currency: str, public_id: str
) -> HttpResponse:
    """Show why a line of a brand is held, and take the appeal against it."""
    desk = open_desk(request, slug, currency)
    held = weigh_hold(get_account_hold(desk.account, public_id))
    form = AppealForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            holds.appeal_entry(
                held.hold, by=person_of(request), text=form.cleaned_data["text"]
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, _("We have your appeal."))
            return redirect(request.path)
    context = {
        "brand": desk.brand,
        "hold": held.hold,
        "line": {"title": held.hold.title, "due": held.due},
        "zone": desk.market.time_zone,
        "days": DECISION_TIME.days,
        "form": form,
        "back_url": desk.link("pay-detail"),
    }
    return render(request, "catalog/pay_held.html", context, status=status)


@require_POST
@login_required
def pay_withdraw(request: HttpRequest, slug: str, currency: str) -> HttpResponse:
    """Take back a change that waits."""
    return answer_withdrawal(request, open_desk(request, slug, currency).shared)


@require_safe
@login_required
def pay_paper(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """Answer a statement of a brand as PDF."""
    payout = _get_payout(request, slug, public_id)
    content = render_statement(payout, person_of(request).language)
    return answer_paper(content, f"statement-{payout.run.due_on}")


@require_safe
@login_required
def pay_sheet(request: HttpRequest, slug: str, public_id: str) -> StreamingHttpResponse:
    """Answer the lines of a brand's statement as CSV."""
    payout = _get_payout(request, slug, public_id)
    return answer_sheet(write_payout(payout), f"statement-{payout.run.due_on}")


def open_desk(request: HttpRequest, slug: str, currency: str) -> Desk:
    """Return a brand's desk in a currency, for those who act for it.

    Raises:
        BrandMissing: this person acts for no such brand.
        Http404: it has no account in the currency, or no market has that.
    """
    brand = get_brand_for(person_of(request), slug)
    pairs = list_pay_accounts_for(person_of(request))
    market = find_payout_market(currency)
    for owner, account in pairs:
        if owner == brand and account.currency == currency and market is not None:
            return Desk(brand, account, market)
    raise Http404


def _get_payout(request: HttpRequest, slug: str, public_id: str) -> Payout:
    brand = get_brand_for(person_of(request), slug)
    return get_owner_payout(Account.Owner.BRAND, brand.public_id, public_id)
