"""What tax offices were told of a creator: theirs to read before anybody asks (E8)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from catalog.selectors.told import list_told
from creators.models import Creator
from creators.portal.guards import for_leavers


@require_safe
@for_leavers
def tax_told(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show each year's report as far as it is about this creator."""
    context = {"told": list_told(creator.public_id)}
    response = render(request, "creators/tax_told.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
