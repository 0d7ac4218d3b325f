"""The cards that an account keeps: the list, and each one's way out."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from orders.access import get_card_for
from orders.selectors.cards import list_cards
from orders.services.cards import forget_card
from shopfront.common.http import person_of


@require_GET
@login_required
@never_cache
def card_list(request: HttpRequest) -> HttpResponse:
    """List the cards that the account keeps."""
    context = {"cards": list_cards(person_of(request))}
    return render(request, "orders/card_list.html", context)


@require_POST
@login_required
@never_cache
def card_forget(request: HttpRequest, public_id: str) -> HttpResponse:
    """Forget a card of the account's own."""
    forget_card(get_card_for(person_of(request), public_id))
    return redirect("orders:card-list")
