"""The studio's acts on goods that several shoppers complain about (C6)."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from livestreams.access.shield import get_goods_alert_for
from livestreams.access.studio import Seat
from livestreams.services.goods_alerts import keep_goods, unpin_goods


def decide_goods(request: HttpRequest, seat: Seat) -> str:
    """Take the goods of an alert off the screen, or leave them; return what to say."""
    alert = get_goods_alert_for(seat.livestream, request.POST.get("alert", ""))
    by = seat.person
    if request.POST.get("act") == "unpin":
        unpin_goods(alert, by=by)
        return _("It is off the screen.")
    keep_goods(alert, by=by)
    return _("It stays on screen.")
