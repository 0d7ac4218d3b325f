"""The studio's acts that steer what viewers see; a remote control has them too (P3)."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog.access import get_bundle, get_product_by_id
from creators.portal.forms import read_moment
from livestreams.access.shows import get_pin_for
from livestreams.access.studio import Seat
from livestreams.services import pins, shows
from livestreams.services.next_product import pin_next
from livestreams.services.studio import go_on


def pin(request: HttpRequest, seat: Seat) -> str:
    """Put a product or a bundle on screen."""
    moment = read_moment(request.POST.get("media_time", ""))
    if bundle_id := request.POST.get("bundle", ""):
        bundle = get_bundle(bundle_id)
        pins.pin_bundle(seat.livestream, bundle, by=seat.person, media_time=moment)
        return ""
    product = get_product_by_id(request.POST.get("product", ""))
    pins.place_pin(seat.livestream, product, by=seat.person, media_time=moment)
    return ""


def unpin(request: HttpRequest, seat: Seat) -> str:
    """Take a product off the screen."""
    found = get_pin_for(seat.livestream, request.POST.get("pin", ""))
    pins.remove_pin(found, by=seat.person)
    return ""


def show_next(request: HttpRequest, seat: Seat) -> str:
    """Take off what is on screen and show the next product of the shelf."""
    placed = pin_next(
        seat.livestream,
        by=seat.person,
        after=request.POST.get("after", "")[:16],
        media_time=read_moment(request.POST.get("media_time", "")),
    )
    return _("On screen: %(title)s") % {"title": placed.product.title}


def pause(_request: HttpRequest, seat: Seat) -> str:
    """Take a break."""
    shows.pause_livestream(seat.livestream, by=seat.person)
    return _("Viewers see the break slate. The room stays open.")


def cover(_request: HttpRequest, seat: Seat) -> str:
    """Cover the picture at once."""
    shows.pause_livestream(seat.livestream, by=seat.person, why=shows.SLATE)
    return _("The picture is covered and silent. Chat and buying go on.")


def resume(_request: HttpRequest, seat: Seat) -> str:
    """Uncover the picture."""
    go_on(seat.livestream, by=seat.person)
    return _("You are live again.")


STEERING: dict[str, Callable[[HttpRequest, Seat], str]] = {
    "pin": pin,
    "unpin": unpin,
    "next": show_next,
    "pause": pause,
    "slate": cover,
    "resume": resume,
}
