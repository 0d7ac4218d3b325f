"""Applying to become a creator."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from creators.access import find_creator_for, list_helper_accounts
from creators.models import Creator
from creators.portal.forms import ApplicationForm
from creators.selectors.leaving import read_ending
from creators.services.people import apply_as_creator
from livestreams.selectors.planner import list_duties
from livestreams.selectors.team import list_memberships
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of
from shopfront.markets import find_operator, get_current_market
from shopfront.models import User


@login_required
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Take an application, or show where it stands."""
    creator = find_creator_for(request.user)
    if creator is not None and creator.is_verified:
        return redirect("creators:overview")
    if request.method != "POST":
        return render_application(request)
    form = ApplicationForm(request.POST)
    if not form.is_valid():
        return render_application(request, form=form)
    try:
        apply_as_creator(
            person_of(request),
            market=get_current_market(request),
            handle=form.cleaned_data["handle"],
            display_name=form.cleaned_data["display_name"],
        )
    except DomainError as refusal:
        form.add_error(None, refusal.message)
        return render_application(request, form=form, status=refusal.status)
    return redirect("creators:apply")


def render_application(
    request: HttpRequest, *, form: ApplicationForm | None = None, status: int = 200
) -> HttpResponse:
    """Show the form, or that the application waits, was refused or is closed."""
    user = request.user
    creator: Creator | None = find_creator_for(user)
    name = user.name if isinstance(user, User) else ""
    is_closed = creator is not None and creator.state == Creator.State.CLOSED
    context = {
        "form": form or ApplicationForm(initial={"display_name": name}),
        "applicant": creator,
        "ending": read_ending(creator) if creator else None,
        "operator": find_operator(creator.market) if creator and is_closed else None,
        "is_too_young": isinstance(user, User) and user.is_under_18,
        "duties": list_duties(user) if isinstance(user, User) else [],
        "memberships": list_memberships(user) if isinstance(user, User) else [],
        "has_premiums": isinstance(user, User) and bool(list_helper_accounts(user)),
    }
    return render(request, "creators/creator_apply.html", context, status=status)
