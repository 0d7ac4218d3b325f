"""The studio's acts on the chat: write, answer a line, keep one, set the rules."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from livestreams.access.shows import get_message_for
from livestreams.access.studio import Seat
from livestreams.errors.rules import RulesUnknown
from livestreams.services import chat, chat_pins, rules


def say(request: HttpRequest, seat: Seat) -> str:
    """Write into the room, or answer a line of it."""
    person = seat.person
    chat.post_message(
        chat.NewMessage(
            livestream=seat.livestream.public_id,
            person=person.public_id,
            badges=(seat.role.value,),
            text=request.POST.get("text", "")[:300],
            is_host_side=True,
            reply_to=request.POST.get("reply_to", "")[:26],
        )
    )
    return ""


def pin_line(request: HttpRequest, seat: Seat) -> str:
    """Keep a line at the top of the chat."""
    message = get_message_for(seat.livestream, request.POST.get("message", ""))
    chat_pins.pin_message(message, by=seat.person)
    return _("Everybody sees this line at the top of the chat.")


def unpin_line(request: HttpRequest, seat: Seat) -> str:
    """Take the line at the top of the chat down."""
    message = get_message_for(seat.livestream, request.POST.get("message", ""))
    chat_pins.unpin_message(message, by=seat.person)
    return _("The line is taken down.")


def change_rules(request: HttpRequest, seat: Seat) -> str:
    """Set who may write in the room and how often."""
    rules.change_rules(
        seat.livestream,
        by=seat.person,
        slow_seconds=_read_number(request, "slow_seconds"),
        account_minutes=_read_number(request, "account_minutes"),
        is_followers_only="followers" in request.POST,
        is_buyers_only="buyers" in request.POST,
    )
    return _("The room knows its rules. You and the moderators may always write.")


def _read_number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "0")
    if not text.isdecimal() or len(text) > 6:
        raise RulesUnknown
    return int(text)
