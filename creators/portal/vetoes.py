"""Refusing a product, on the plan of a show and in its studio (P5)."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog.access import get_product_by_id
from catalog.models import Product
from livestreams.access.shows import ON_CAMERA
from livestreams.access.studio import Seat
from livestreams.errors import NotYourShow
from livestreams.models import Livestream
from livestreams.services.vetoes import allow_product, refuse_product
from shopfront.common.http import person_of


def refuse(request: HttpRequest, seat: Seat) -> str:
    """Refuse a product in the studio; only who stands before the camera may."""
    _require_camera(seat)
    product = _find(request)
    refuse_on_plan(request, seat.livestream, product)
    return _("Refused. The brand reads your reason; it costs you nothing.")


def allow(request: HttpRequest, seat: Seat) -> str:
    """Take a refusal back in the studio."""
    _require_camera(seat)
    allow_product(seat.livestream, _find(request))
    return _("You may show it again.")


def refuse_on_plan(request: HttpRequest, show: Livestream, product: Product) -> None:
    """Refuse a product with the reason and words of a form."""
    refuse_product(
        show,
        product,
        by=person_of(request),
        reason=request.POST.get("reason", ""),
        words=request.POST.get("words", ""),
    )


def allow_on_plan(show: Livestream, product: Product) -> None:
    """Take a refusal back."""
    allow_product(show, product)


def _find(request: HttpRequest) -> Product:
    return get_product_by_id(request.POST.get("product", ""))


def _require_camera(seat: Seat) -> None:
    if seat.role not in ON_CAMERA:
        raise NotYourShow
