"""The waiting room of a drop, with and without script."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog import access
from catalog.errors import AccountNeeded, FormTooFresh
from catalog.models import Drop
from catalog.selectors import drops as reads
from catalog.services import drops
from catalog.views.common import (
    ensure_holder,
    list_holders,
    slow_down,
)
from catalog.views.shop import describe_product, read_product
from shopfront.common import clock
from shopfront.common.http import (
    ask_to_sign_in,
    find_person,
    is_part,
    read_tap,
)
from shopfront.markets import get_current_market

POLLED = {reads.EARLY, reads.PRESENT, reads.DRAWING, reads.QUEUED}


@never_cache
@require_safe
def drop_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show where one stands; the form to buy once it is one's turn."""
    return _show(request, access.get_drop(public_id))


@never_cache
@require_POST
def enter(request: HttpRequest, public_id: str) -> HttpResponse:
    """Enter the waiting room."""
    drop = access.get_drop(public_id)
    holder = ensure_holder(request)
    slow_down(holder)
    user, form = find_person(request), request.POST.get("form", "")
    try:
        drops.enter_drop(drop, holder=holder, user=user, form=form)
    except AccountNeeded:
        return ask_to_sign_in(request, _find_address(request, drop))
    except FormTooFresh as error:
        if is_part(request):
            return _show(request, drop, error=error)
        messages.error(request, error.message)
    if is_part(request):
        return _show(request, drop)
    return redirect(_find_address(request, drop))


@require_safe
def draw_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer the list of a draw as CSV, once the drop is over."""
    drop = access.get_drop(public_id)
    if not drop.is_over(clock.now()):
        return redirect(drop)
    response = StreamingHttpResponse(reads.write_draw(drop), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="draw-{public_id}.csv"'
    return response  # type: ignore[return-value]


def _find_address(request: HttpRequest, drop: Drop, part: str = "") -> str:
    """Return an address of the drop that keeps from which show one came."""
    return f"{drop.get_absolute_url()}{part}{read_tap(request)['tap']}"


def _show(
    request: HttpRequest, drop: Drop, *, error: FormTooFresh | None = None
) -> HttpResponse:
    holder = ensure_holder(request)
    holders = [holder, *list_holders(request)]
    room = reads.get_room(drop, holders)
    if room.state == reads.DRAWING and drops.place_entries(drop):
        room = reads.get_room(drop, holders)
    context: dict[str, object] = {
        "room": room,
        "drop_shown": drop,
        "product": drop.product,
        "error": error,
        "limit": reads.find_limit(drop.product),
        "look_again": room.look_again if room.state in POLLED else 0,
        "address": _find_address(request, drop),
        "enter_address": _find_address(request, drop, "enter/"),
    } | read_tap(request)
    if room.state == reads.ENTRY:
        context["form"] = drops.mint_form(drop, holder)
    elif room.state == reads.ADMITTED and room.entry is not None:
        page = read_product(drop.product.slug, get_current_market(request))
        context |= describe_product(page, request)
        context |= {"drop": None, "admission": drops.mint_admission(room.entry)}
    elif room.state == reads.PRESENT:
        context["present"] = reads.count_present(drop)
    status = error.status if error is not None else 200
    part = "_drop" if is_part(request) else "drop_detail"
    return render(request, f"catalog/{part}.html", context, status=status)
