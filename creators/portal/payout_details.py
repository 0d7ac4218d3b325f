"""Payout details in the portal: shown masked, changed with the password at hand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from creators.models import Account, Creator
from creators.portal.guards import for_leavers
from creators.selectors.outlook import read_outlook
from creators.views.pay_desk import PayDesk, answer_change, answer_withdrawal
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
    desk = _open_desk(creator)
    return answer_change(request, desk, "creators/payout_details_change.html")


@require_POST
@for_leavers
def withdraw_change(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Take back a change that waits."""
    return answer_withdrawal(request, _open_desk(creator))


def _open_desk(creator: Creator) -> PayDesk:
    return PayDesk(
        kind=Account.Owner.CREATOR,
        public_id=creator.public_id,
        market=creator.market,
        outlook=read_outlook(creator),
        page=reverse("creators:payout-details"),
    )
