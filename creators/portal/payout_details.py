"""Payout details in the portal: shown masked, changed with the password at hand."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from creators.forms import DetailsForm, describe_details
from creators.models import Account, Creator
from creators.portal.guards import for_leavers
from creators.selectors.outlook import read_outlook
from creators.services import payout_details
from shopfront.common.errors import DomainError
from shopfront.common.passwords import with_password


@require_safe
@never_cache
@for_leavers
def details(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show where the money goes, what waits and what is missing."""
    context = {
        "zone": creator.market.time_zone,
        "market": creator.market,
        "outlook": read_outlook(creator),
        "change_url": reverse("creators:payout-details-change"),
        "withdraw_url": reverse("creators:payout-details-withdraw"),
    }
    return render(request, "creators/payout_details.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_leavers
@with_password
def change_details(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Take new details; another bank account counts after three days."""
    outlook = read_outlook(creator)
    known = outlook.pending or outlook.usable
    form = DetailsForm(
        request.POST or None,
        market=creator.market,
        known=known,
        initial=describe_details(known, creator.market),
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _save(creator, form)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, _("Saved. We have told you by e-mail too."))
            return redirect("creators:payout-details")
    context = {
        "form": form,
        "known": known,
        "days": payout_details.CHANGE_WAIT.days,
        "back_url": reverse("creators:payout-details"),
    }
    return render(
        request, "creators/payout_details_change.html", context, status=status
    )


@require_POST
@for_leavers
def withdraw_change(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Take back a change that waits; no password, for it only keeps what was."""
    pending = read_outlook(creator).pending
    try:
        if pending is not None:
            payout_details.withdraw_details(pending, by=creator.user)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Nothing waits any more. All stays as it was."))
    return redirect("creators:payout-details")


def _save(creator: Creator, form: DetailsForm) -> None:
    typed = form.cleaned_data
    payout_details.save_details(
        Account.Owner.CREATOR,
        creator.public_id,
        market=creator.market,
        holder=typed["holder"],
        bank_account=typed["bank_account"],
        tax=form.tax(),
        agrees_to_self_billing=typed["agrees_to_self_billing"],
        by=creator.user,
    )
