"""Samples and the showcase: products that a creator tries, and recommends."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from catalog.access import get_product_by_id, get_sample_for
from catalog.selectors import cards_for, search_products
from catalog.selectors.samples import list_samples, list_showcase
from catalog.services import samples, showcases
from creators.models import Creator
from creators.portal.guards import for_creators
from creators.portal.pay_forms import SampleForm
from shopfront.common.errors import DomainError

PER_PAGE = 25
FOUND_SHOWN = 8


@require_safe
@for_creators
def sample_list(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show samples on their way and in hand, and find products to ask for."""
    words = request.GET.get("q", "").strip()[:80]
    page = Paginator(list_samples(creator), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "zone": creator.market.time_zone,
        "page": page,
        "samples": page.object_list,
        "words": words,
        "found": _search(words, creator),
    }
    return render(request, "creators/sample_list.html", context)


@require_http_methods(["GET", "POST"])
@for_creators
def sample_new(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Ask for a sample, or say which of the brand's criteria are not met."""
    product = get_product_by_id(public_id)
    form = SampleForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            samples.request_sample(product, creator=creator, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, _("Asked. The brand sees your wish now."))
            return redirect("creators:sample-list")
    context = {
        "product": product,
        "form": form,
        "unmet": samples.find_unmet(product, creator).values(),
    }
    return render(request, "creators/sample_new.html", context, status=status)


@require_POST
@for_creators
def sample_change(
    request: HttpRequest, creator: Creator, public_id: str
) -> HttpResponse:
    """Confirm that a sample is in hand, or take back the wish."""
    sample = get_sample_for(creator, public_id)
    is_here = request.POST.get("act") == "in_hand"
    act = samples.confirm_in_hand if is_here else samples.cancel_sample
    try:
        act(sample)
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        words = _("Sample in hand.") if is_here else _("Your wish is taken back.")
        messages.success(request, words)
    return redirect("creators:sample-list")


@require_http_methods(["GET", "POST"])
@for_creators
def showcase(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Choose the products of the public page, or take one out."""
    if request.method == "POST":
        product = get_product_by_id(request.POST.get("product", ""))
        is_in = request.POST.get("act") == "add"
        act = showcases.choose_product if is_in else showcases.drop_product
        try:
            act(creator, product)
        except DomainError as refusal:
            messages.error(request, refusal.message)
        return redirect("creators:showcase")
    words = request.GET.get("q", "").strip()[:80]
    context = {
        "creator": creator,
        "chosen": cards_for(list_showcase(creator), creator.market),
        "words": words,
        "found": _search(words, creator),
    }
    return render(request, "creators/showcase.html", context)


def _search(words: str, creator: Creator) -> object:
    if not words:
        return []
    return search_products(words, creator.market, limit=FOUND_SHOWN)
