"""Advice on a plan, told while it is made: what to mend, and where (P2)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from creators.models import Creator
from creators.portal.forms import ShowForm
from creators.portal.guards import for_creators
from livestreams.access.studio import get_own_livestream_for
from livestreams.models import Livestream
from livestreams.selectors.advice import advise, advise_on_time
from livestreams.selectors.plan_facts import read_new_facts, read_plan_facts


@require_safe
@for_creators
def plan_advice(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Answer the advice on a plan with the start and length that stand in its form."""
    show = get_own_livestream_for(creator, public_id)
    context = {
        "advice": describe_advice(show, request),
        "advice_address": reverse("creators:plan-advice", args=[public_id]),
    }
    return render(request, "creators/_advice.html", context)


@require_safe
@for_creators
def new_advice(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Answer what speaks against the time that stands in the form of a new show."""
    form = ShowForm(request.GET, market=creator.market)
    form.is_valid()  # what is wrong in the form is said when it is saved
    return render(request, "creators/_advice.html", describe_new(creator, form))


def describe_new(creator: Creator, form: ShowForm) -> dict[str, object]:
    """Return the advice on the time of a show that is not saved yet."""
    typed = form.cleaned_data if form.is_bound else form.initial
    starts_at = typed.get("starts_at")
    minutes = typed.get("planned_minutes") or form["planned_minutes"].initial
    told = []
    if starts_at is not None:
        facts = read_new_facts(creator, starts_at=starts_at, planned_minutes=minutes)
        told = advise_on_time(facts)
    return {
        "advice": [
            {"code": one.code, "sentence": one.sentence, "address": _find_new(one.part)}
            for one in told
        ],
        "advice_address": reverse("creators:new-advice"),
        "is_new": True,
    }


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
        {"code": one.code, "sentence": one.sentence, "address": _find(one.part, show)}
        for one in advise(facts)
    ]


def _find_new(part: str) -> str:
    """Return where it is mended before a show is saved: its time, or the team."""
    return reverse("creators:team") if part == "duties" else "#id_starts_at"


def _find(part: str, show: Livestream) -> str:
    if part == "terms":
        back = reverse("creators:show-detail", args=[show.public_id])
        return f"{reverse('creators:market-terms')}?{urlencode({'next': back})}"
    return reverse("creators:sample-list") if part == "samples" else f"#{part}-title"
