"""People of a show on its plan, and what they answer (W8, P2)."""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creators.models import Creator
from creators.portal.guards import for_creators
from livestreams.access.cast import (
    get_livestream_of_duty,
    get_person_by_contact,
    get_person_in,
)
from livestreams.access.studio import get_own_livestream_for
from livestreams.errors.planning import PersonUnknown, SharesTooHigh
from livestreams.models import CoHost, Livestream
from livestreams.services.cast import accept_share, end_duty, give_duty
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of


class DutyForm(forms.Form):
    """Who is to do what, and for which share; the rest is the service's matter."""

    contact = forms.CharField(max_length=254)
    duty = forms.ChoiceField(choices=CoHost.Duty.choices)
    share = forms.DecimalField(
        min_value=Decimal(0), max_value=Decimal(100), decimal_places=2, required=False
    )


@require_POST
@for_creators
def cast_change(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Give a person a duty in a planned show, or take it back."""
    show = get_own_livestream_for(creator, public_id)
    try:
        _change(request, show)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Saved."))
    address = reverse("creators:show-detail", args=[public_id])
    return redirect(f"{address}#duties-title")


@require_POST
@login_required
def duty_answer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Accept the share of a co-host, or leave a show that has not started."""
    person = person_of(request)
    show = get_livestream_of_duty(person, public_id)
    try:
        said = _answer(request, show)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return redirect("creators:overview")


def _change(request: HttpRequest, show: Livestream) -> None:
    if request.POST.get("act") == "remove":
        end_duty(show, get_person_in(show, request.POST.get("person", "")))
        return
    form = DutyForm(request.POST)
    if not form.is_valid():
        raise SharesTooHigh if "share" in form.errors else PersonUnknown
    said = form.cleaned_data
    give_duty(
        show,
        get_person_by_contact(said["contact"]),
        duty=said["duty"],
        share_bps=int((said["share"] or 0) * 100),
    )


def _answer(request: HttpRequest, show: Livestream) -> str:
    person, share = person_of(request), request.POST.get("share", "")
    if request.POST.get("act") == "leave":
        end_duty(show, person)
        return _("You have left the show.")
    shown = int(share) if share.isdecimal() and len(share) < 6 else 0
    if accept_share(show, person, share_bps=shown):
        return _("Accepted. It counts once you have the studio open in the show.")
    return _("The share was changed meanwhile. Look at it again.")
