"""The studio's acts on giveaways: opened, closed to entries, drawn (D6)."""

import datetime as dt

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

from livestreams.access.giveaways import get_giveaway_of
from livestreams.access.studio import Seat
from livestreams.errors.giveaways import GiveawayWrong
from livestreams.services import giveaways
from shopfront.common import clock

LONGEST_MINUTES = 7 * 24 * 60


class GiveawayForm(forms.Form):
    """What is given away, to how many, and for how long entries are taken."""

    title = forms.CharField(max_length=120)
    prize = forms.CharField(max_length=500)
    winners = forms.IntegerField(min_value=1, max_value=giveaways.MOST_WINNERS)
    minutes = forms.IntegerField(min_value=1, max_value=LONGEST_MINUTES)


def open_one(request: HttpRequest, seat: Seat) -> str:
    """Open a giveaway and tell the room.

    Raises:
        GiveawayWrong: a field is missing or makes no sense.
    """
    form = GiveawayForm(request.POST)
    if not form.is_valid():
        raise GiveawayWrong
    said = form.cleaned_data
    giveaways.open_giveaway(
        seat.livestream,
        title=said["title"],
        prize=said["prize"],
        winners=said["winners"],
        closes_at=clock.now() + dt.timedelta(minutes=said["minutes"]),
        by=seat.person,
    )
    return _("The giveaway is open. Adults in the room see it now.")


def close_entries(request: HttpRequest, seat: Seat) -> str:
    """Take no more entries from now on."""
    giveaway = get_giveaway_of(seat.livestream, request.POST.get("giveaway", ""))
    closed = giveaways.end_entries(giveaway, by=seat.person)
    return _("Entries are closed with %(count)d on the list. Now draw.") % {
        "count": closed.entry_count
    }


def draw(request: HttpRequest, seat: Seat) -> str:
    """Draw the winners and publish the proof."""
    giveaway = get_giveaway_of(seat.livestream, request.POST.get("giveaway", ""))
    giveaways.draw_giveaway(
        giveaway, public_value=request.POST.get("value", ""), by=seat.person
    )
    return _("Drawn. The winners are written to, and everybody can check the draw.")
