"""How a creator fares: all of it for the creator, a signal for whom they chose (N3)."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from creators.errors import NotWelfarePerson
from creators.models import Creator, Signal
from creators.portal.guards import for_creators
from creators.portal.week_bars import draw_weeks
from creators.selectors.wellbeing import (
    find_consent,
    find_welfare_person,
    is_welfare_person,
    list_trusting,
)
from creators.services.wellbeing import share_signal, stop_sharing
from livestreams.selectors.wellbeing import find_signals, read_weeks
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of


@dataclass(frozen=True, slots=True)
class Trusting:
    """A creator who wants the welfare person to know, and what there is to know."""

    name: str
    email: str
    signals: tuple[Signal, ...]


@require_safe
@for_creators
def wellbeing(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show the last twelve weeks, and who else is told what of them."""
    now = clock.now()
    weeks = read_weeks(creator, now)
    context = {
        "plot": draw_weeks(weeks),
        "weeks": tuple(reversed(weeks)),
        "signals": find_signals(creator, weeks, now),
        "welfare": find_welfare_person(creator.market),
        "consent": find_consent(creator),
    }
    return _keep_private(render(request, "creators/wellbeing.html", context))


@require_POST
@for_creators
def share(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Switch the signal on for the person whose name was read, or off."""
    try:
        if request.POST.get("shared") == "1":
            share_signal(creator, with_person=request.POST.get("person", ""))
            messages.success(request, _("The signal is on."))
        else:
            stop_sharing(creator)
            messages.success(request, _("The signal is off. Nobody but you sees it."))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    return redirect("creators:wellbeing")


@require_safe
@login_required
def welfare(request: HttpRequest) -> HttpResponse:
    """List the creators who trust this very person, each with a signal alone.

    Raises:
        NotWelfarePerson: the operator named somebody else.
    """
    person, now = person_of(request), clock.now()
    if not is_welfare_person(person):
        raise NotWelfarePerson
    trusting = [
        Trusting(
            name=creator.display_name,
            email=creator.user.email,
            signals=find_signals(creator, read_weeks(creator, now), now),
        )
        for creator in list_trusting(person)
    ]
    trusting.sort(key=lambda one: -len(one.signals))
    context = {"trusting": trusting}
    return _keep_private(render(request, "creators/welfare.html", context))


def _keep_private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
