"""A creator's team: asked, listed, taken out; and the link by which one joins."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from creators.models import Creator
from creators.portal.guards import for_creators
from creators.selectors.premiums import read_terms
from livestreams.access.team import (
    get_member_by_link,
    get_member_of,
    get_membership_of,
)
from livestreams.models import CoHost
from livestreams.selectors.team import list_team
from livestreams.services import team as service
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of


class MemberForm(forms.Form):
    """Whom the creator asks, and for what."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    duty = forms.ChoiceField(
        label=gettext_lazy("Duty"),
        choices=CoHost.Duty.choices,
        initial=CoHost.Duty.MODERATOR,
        help_text=gettext_lazy(
            "Moderators keep the chat and see no money. Co-hosts run the show with you."
        ),
    )


@require_http_methods(["GET", "POST"])
@for_creators
def team(request: HttpRequest, creator: Creator) -> HttpResponse:
    """List the team, and ask one more person."""
    form = MemberForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            service.ask_member(creator, by=person_of(request), **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("email", refusal.message)
        else:
            messages.success(request, _("Asked. They have the duty once they say yes."))
            return redirect("creators:team")
    context = {
        "form": form,
        "members": list_team(creator),
        "overtime": read_terms(creator.market, clock.now()),
        "zone": creator.market.time_zone,
    }
    status = 400 if form.errors else 200
    return render(request, "creators/team_list.html", context, status=status)


@require_POST
@for_creators
def remove(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Take somebody out of the team, or withdraw what was asked."""
    member = get_member_of(creator, request.POST.get("member", ""))
    service.end_member(member, by=person_of(request))
    messages.success(request, _("They have no duty in your shows any more."))
    return redirect("creators:team")


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Ask whether this account takes the duty; the first that does has it."""
    member = get_member_by_link(code)
    person = person_of(request)
    if request.method == "POST":
        service.accept_member(member, user=person)
        messages.success(request, _("You are in the team."))
        return redirect("creators:overview")
    context = {"member": member, "creator": member.creator}
    return render(request, "creators/team_join.html", context)


@require_POST
@login_required
def leave(request: HttpRequest) -> HttpResponse:
    """Leave a team."""
    person = person_of(request)
    member = get_membership_of(person, request.POST.get("member", ""))
    service.end_member(member, by=person)
    messages.success(request, _("You have left the team."))
    return redirect("creators:overview")
