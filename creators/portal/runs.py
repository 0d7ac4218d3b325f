"""The run of a show in the portal: parts planned, moved, and done in the studio."""

import json
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from catalog.access import get_product_by_id
from creators.models import Creator
from creators.portal.guards import for_creators
from livestreams.access.runs import get_run_item_for
from livestreams.access.studio import Seat, get_own_livestream_for
from livestreams.errors.planning import RunItemUnsound
from livestreams.models import Livestream, RunItem
from livestreams.models.runs import LONGEST_ITEM
from livestreams.selectors.runs import read_run
from livestreams.selectors.studio import StudioShelf, read_shelf
from livestreams.services import runs
from shopfront.common import ids
from shopfront.common.errors import DomainError
from shopfront.common.http import is_part

PLANNED = json.dumps({"planned": True})
"""What tells the page that its advice may have changed."""
USUAL_MINUTES = 5


class PartForm(forms.Form):
    """A part of a run as it is typed; what it needs is the service's matter."""

    kind = forms.ChoiceField(
        label=_("What"), choices=RunItem.Kind.choices, initial=RunItem.Kind.PRODUCT
    )
    product = forms.ChoiceField(label=_("Product of the shelf"), required=False)
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=1,
        max_value=LONGEST_ITEM,
        initial=USUAL_MINUTES,
    )
    text = forms.CharField(
        label=_("Talking points"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *, shelf: StudioShelf) -> None:
        super().__init__(label_suffix="", auto_id="part-%s")
        product = self.fields["product"]
        assert isinstance(product, forms.ChoiceField)
        cards = [(item.card.public_id, item.card.title) for item in shelf.items]
        product.choices = [("", _("None")), *cards]


@require_POST
@for_creators
def run_change(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Add, change, move or remove a part of a planned show's run."""
    show = get_own_livestream_for(creator, public_id)
    act = ACTS.get(request.POST.get("act", ""), _change)
    error: DomainError | None = None
    try:
        act(request, show)
    except DomainError as refusal:
        error = refusal
    if is_part(request):
        return _answer(request, show, error)
    if error is not None:
        messages.error(request, error.message)
    return redirect(f"{_address_of(show)}#run-title")


def describe_run(show: Livestream, shelf: StudioShelf) -> dict[str, object]:
    """Return what the plan's page shows of the run; three queries."""
    return {
        "run": read_run(show),
        "part_form": PartForm(shelf=shelf),
        "attempt": ids.new_public_id(),
    }


def mark_part(request: HttpRequest, seat: Seat) -> str:
    """Mark a part of the running show as done, or as still to come."""
    item = get_run_item_for(seat.livestream, request.POST.get("part", ""))
    if request.POST.get("act") == "return":
        runs.return_item(item)
    else:
        runs.pass_item(item)
    return ""


def _answer(
    request: HttpRequest, show: Livestream, error: DomainError | None
) -> HttpResponse:
    """Answer the run as it is now; a refusal stands above it."""
    context = describe_run(show, read_shelf(show)) | {
        "show": show,
        "zone": show.market.time_zone,
        "may_edit": show.state == Livestream.State.SCHEDULED,
        "error": error,
    }
    response = render(request, "creators/_run.html", context)
    response["HX-Trigger"] = PLANNED
    return response


def _address_of(show: Livestream) -> str:
    return reverse("creators:show-detail", args=[show.public_id])


def _add(request: HttpRequest, show: Livestream) -> None:
    wanted = request.POST.get("product", "")
    kind = request.POST.get("kind", "")
    is_product = kind == RunItem.Kind.PRODUCT
    plan = runs.RunPlan(
        kind=kind,
        minutes=_read_number(request, "minutes"),
        text=request.POST.get("text", ""),
        product=get_product_by_id(wanted) if is_product and wanted else None,
    )
    runs.add_item(show, plan, key=request.POST.get("key", ""))


def _change(request: HttpRequest, show: Livestream) -> None:
    runs.change_item(
        _find(request, show),
        minutes=_read_number(request, "minutes"),
        text=request.POST.get("text", ""),
        version=_read_number(request, "version"),
    )


def _remove(request: HttpRequest, show: Livestream) -> None:
    runs.remove_item(show, request.POST.get("part", ""))


def _move(request: HttpRequest, show: Livestream) -> None:
    wanted = request.POST.get("before", "")
    before = get_run_item_for(show, wanted) if wanted else None
    runs.move_item(_find(request, show), before=before)


def _find(request: HttpRequest, show: Livestream) -> RunItem:
    return get_run_item_for(show, request.POST.get("part", ""))


def _read_number(request: HttpRequest, name: str) -> int:
    """Return a whole number that was typed.

    Raises:
        RunItemUnsound: it is none.
    """
    typed = request.POST.get(name, "").strip()
    if not typed.isdecimal() or len(typed) > 6:
        raise RunItemUnsound
    return int(typed)


ACTS: dict[str, Callable[[HttpRequest, Livestream], None]] = {
    "add": _add,
    "change": _change,
    "remove": _remove,
    "move": _move,
}
