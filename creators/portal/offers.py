"""Collaborations: what brands offer, what it pays, and the creator's answer (P4)."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.access import get_collaboration_for
from catalog.models import Collaboration, Proposal
from catalog.selectors.collaborations import describe_opening, list_openings
from catalog.services import collaborations
from creators.models import Creator
from creators.portal.guards import for_creators
from creators.portal.pay_forms import CounterForm, describe_terms
from creators.selectors.guarantees import read_record
from creators.selectors.history import list_past_bases, measure_returns
from creators.selectors.pay import expect_pay, measure_pay, spread
from creators.selectors.terms import find_terms_to_accept
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.markets import find_rules, rules_for

Answer = Callable[[HttpRequest, Creator, Collaboration], Proposal]


@require_safe
@for_creators
def collaboration_list(request: HttpRequest, creator: Creator) -> HttpResponse:
    """List what a creator may answer or has answered, with what each pays per hour."""
    now, market = clock.now(), creator.market
    rules = find_rules(market, now)
    openings = list_openings(creator, now)
    rows = [
        (
            opening,
            measure_pay(opening.collaboration, rules=rules, currency=market.currency)
            if rules
            else None,
        )
        for opening in openings
    ]
    context = {
        "zone": market.time_zone,
        "rows": rows,
        "terms_wait": find_terms_to_accept(creator, now),
    }
    return render(request, "creators/collaboration_list.html", context)


@require_safe
@for_creators
def collaboration_detail(
    request: HttpRequest, creator: Creator, public_id: str
) -> HttpResponse:
    """Show all that a creator should know before a yes."""
    collaboration = get_collaboration_for(creator, public_id)
    return _show(request, creator, collaboration)


@require_POST
@for_creators
def collaboration_answer(
    request: HttpRequest, creator: Creator, public_id: str, answer: str
) -> HttpResponse:
    """Accept, counter or decline; a refusal shows the page with its reason."""
    collaboration = get_collaboration_for(creator, public_id)
    if answer == "counter":
        return _counter(request, creator, collaboration)
    act, words = ANSWERS[answer]
    try:
        act(request, creator, collaboration)
    except DomainError as refusal:
        return _show(request, creator, collaboration, error=refusal)
    messages.success(request, str(words()))
    return redirect("creators:collaboration-detail", public_id)


def _counter(
    request: HttpRequest, creator: Creator, collaboration: Collaboration
) -> HttpResponse:
    form = CounterForm(request.POST, currency=creator.market.currency)
    if not form.is_valid():
        return _show(request, creator, collaboration, form=form)
    try:
        collaborations.counter_collaboration(
            collaboration,
            creator=creator,
            offer=form.offer(collaboration),
            note=form.cleaned_data["note"],
        )
    except DomainError as refusal:
        return _show(request, creator, collaboration, form=form, error=refusal)
    messages.success(request, _("Your terms are with the brand now."))
    return redirect("creators:collaboration-detail", collaboration.public_id)


def _accept(
    request: HttpRequest, creator: Creator, collaboration: Collaboration
) -> Proposal:
    return collaborations.accept_collaboration(collaboration, creator=creator)


def _decline(
    request: HttpRequest, creator: Creator, collaboration: Collaboration
) -> Proposal:
    note = request.POST.get("note", "").strip()
    return collaborations.decline_collaboration(
        collaboration, creator=creator, note=note
    )


ANSWERS: dict[str, tuple[Answer, Callable[[], str]]] = {
    "accept": (_accept, lambda: _("Agreed. It stands among your agreements.")),
    "decline": (_decline, lambda: _("Declined. It changes nothing else.")),
}
ANSWER_NAMES = ("accept", "counter", "decline")


def _show(
    request: HttpRequest,
    creator: Creator,
    collaboration: Collaboration,
    *,
    form: CounterForm | None = None,
    error: DomainError | None = None,
) -> HttpResponse:
    now, market = clock.now(), creator.market
    currency = market.currency
    rules = rules_for(market, now)
    pay = measure_pay(collaboration, rules=rules, currency=currency)
    expected = expect_pay(collaboration, pay, list_past_bases(creator))
    payer = collaboration.brand.account
    is_countering = form is not None or request.GET.get("counter") == "1"
    opening = describe_opening(creator, collaboration, now)
    context = {
        "zone": market.time_zone,
        "opening": opening,
        "proposed_pay": opening.proposal
        and measure_pay(opening.proposal, rules=rules, currency=currency),
        "pay": pay,
        "expected": expected,
        "expected_per_hour": expected and spread(expected, pay.minutes),
        "rules": rules,
        "returns": measure_returns(payer, now),
        "record": read_record(payer),
        "terms_wait": find_terms_to_accept(creator, now),
        "form": form
        or CounterForm(
            initial=describe_terms(collaboration, currency), currency=currency
        ),
        "is_countering": is_countering,
        "error": error,
    }
    status = error.status if error else 400 if form else 200
    return render(request, "creators/collaboration_detail.html", context, status=status)
