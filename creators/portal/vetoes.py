"""Refused products, by the host or by a rule, on a show's plan and in its studio."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog.access import get_product_by_id
from catalog.models import Product
from livestreams.access.shows import ON_CAMERA, Role
from livestreams.access.studio import Seat
from livestreams.errors import NotYourShow
from livestreams.models import Livestream
from livestreams.services.pin_decisions import ask_about_pin
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


def doubt(request: HttpRequest, seat: Seat) -> str:
    """Ask a human whether a product above a ceiling may be pinned; the host may."""
    if seat.role is not Role.HOST or seat.is_remote:
        raise NotYourShow
    doubt_on_plan(request, seat.livestream, _find(request))
    return _("A human looks at it within 7 days and writes to you.")


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


def doubt_on_plan(request: HttpRequest, show: Livestream, product: Product) -> None:
    """Ask a human about a product above a ceiling, with the words of a form."""
    ask_about_pin(show, product, why=request.POST.get("why", ""))


def _find(request: HttpRequest) -> Product:
    return get_product_by_id(request.POST.get("product", ""))


def _require_camera(seat: Seat) -> None:
    if seat.role not in ON_CAMERA:
        raise NotYourShow
