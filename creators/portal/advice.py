"""Advice on a plan, told while it is made: what to mend, and where (P2)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from creators.models import Creator
from creators.portal.forms import ShowForm
from creators.portal.guards import for_creators
from livestreams.access.studio import get_own_livestream_for
from livestreams.models import Livestream
from livestreams.selectors.advice import advise
from livestreams.selectors.plan_facts import read_plan_facts


@require_safe
@for_creators
def plan_advice(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Answer the advice on a plan with the start and length that stand in its form."""
    show = get_own_livestream_for(creator, public_id)
    context = {"show": show, "advice": describe_advice(show, request)}
    return render(request, "creators/_advice.html", context)


def describe_advice(
    show: Livestream, request: HttpRequest | None = None
) -> list[dict[str, str]]:
    """Return the advice on a plan, each with the address where it is mended."""
    if show.state != Livestream.State.SCHEDULED:
        return []
    typed = {}
    if request is not None:
        form = ShowForm(request.GET, market=show.market)
        form.is_valid()  # what is wrong in the form is said when it is saved
        typed = form.cleaned_data
    facts = read_plan_facts(
        show,
        starts_at=typed.get("starts_at"),
        planned_minutes=typed.get("planned_minutes"),
    )
    return [
        {"code": one.code, "sentence": one.sentence, "address": _find(one.part)}
        for one in advise(facts)
    ]


def _find(part: str) -> str:
    return reverse("creators:sample-list") if part == "samples" else f"#{part}-title"
