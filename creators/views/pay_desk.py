"""One desk for all who are paid: where the money goes, typed, saved or taken back."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from creators.forms import DetailsForm, describe_details
from creators.models import Account
from creators.selectors.outlook import Outlook
from creators.services import payout_details
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of
from shopfront.models import Market


@dataclass(frozen=True, slots=True, kw_only=True)
class PayDesk:
    """An owner who is paid in a market, and the page that shows how."""

    kind: Account.Owner
    public_id: str
    market: Market
    outlook: Outlook
    page: str
    """The address to go back to."""


def answer_change(request: HttpRequest, desk: PayDesk, template: str) -> HttpResponse:
    """Take new details; another bank account counts after three days."""
    known = desk.outlook.pending or desk.outlook.usable
    form = DetailsForm(
        request.POST or None,
        market=desk.market,
        known=known,
        owner=desk.kind,
        initial=describe_details(known, desk.market),
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, desk, form)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, _("Saved. We have told you by e-mail too."))
            return redirect(desk.page)
    context = {
        "form": form,
        "known": known,
        "days": payout_details.CHANGE_WAIT.days,
        "back_url": desk.page,
    }
    return render(request, template, context, status=status)


def answer_withdrawal(request: HttpRequest, desk: PayDesk) -> HttpResponse:
    """Take back a change that waits; no password, for it only keeps what was."""
    pending = desk.outlook.pending
    try:
        if pending is not None:
            payout_details.withdraw_details(pending, by=person_of(request))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Nothing waits any more. All stays as it was."))
    return redirect(desk.page)


def _save(request: HttpRequest, desk: PayDesk, form: DetailsForm) -> None:
    typed = form.cleaned_data
    payout_details.save_details(
        desk.kind,
        desk.public_id,
        market=desk.market,
        holder=typed["holder"],
        bank_account=typed["bank_account"],
        tax=form.tax(),
        agrees_to_self_billing=typed.get("agrees_to_self_billing", False),
        by=person_of(request),
    )
