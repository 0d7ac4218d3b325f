"""The studio's acts of moderation: on a line, a person, the room; undone (C5, C9)."""

import datetime as dt

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from livestreams.access.moderation import get_action_for, get_help_call_for
from livestreams.access.shows import Role, get_message_for, get_sanction_for
from livestreams.access.studio import Seat
from livestreams.errors import NotYourShow
from livestreams.models import Category, ChatMessage
from livestreams.selectors.moderation import count_left, count_matching, find_shield
from livestreams.services import (
    chat,
    help_calls,
    moderation,
    removals,
    sanctions,
    shield_mode,
)
from livestreams.services import studio as acts
from shopfront.common import clock

BANS: dict[str, dt.timedelta | None] = {
    "day": dt.timedelta(days=1),
    "month": dt.timedelta(days=30),
    "always": None,
}
WIDE_ROLES = frozenset({Role.HOST, Role.STAFF})
"""Only who owns the shows, or oversees them, closes all of them to somebody."""


def remove(request: HttpRequest, seat: Seat) -> str:
    """Take a message out of the room."""
    reason = say_why(request, _("A moderator removed it."))
    chat.remove_message(_find(request, seat), by=seat.person, reason=reason)
    return _("Message removed.")


def release(request: HttpRequest, seat: Seat) -> str:
    """Show a held message to all."""
    reason = _("A moderator looked at it and lets it stand.")
    chat.release_message(_find(request, seat), by=seat.person, reason=reason)
    return _("Message shown to all.")


def keep(request: HttpRequest, seat: Seat) -> str:
    """Let a message stand that was reported or flagged."""
    reason = _("It keeps to the rules of the room.")
    moderation.let_stand(_find(request, seat), by=seat.person, reason=reason)
    return _("The message stays, and who reported it is told.")


def mute(request: HttpRequest, seat: Seat) -> str:
    """Mute a message's author for half an hour; what they wrote goes or stays."""
    reason = say_why(request, _("Muted by a moderator of this show."))
    message, by = _find(request, seat), seat.person
    is_wiping = request.POST.get("lines") != "stay"
    acts.mute_author(message, by=by, reason=reason, is_wiping=is_wiping)
    if not is_wiping:
        return _("Muted for 30 minutes.")
    return _("Muted for 30 minutes, and their messages are gone.")


def ban(request: HttpRequest, seat: Seat) -> str:
    """Close the show, or all shows of its creator, to a message's author.

    Raises:
        NotYourShow: all shows are closed by their creator or staff only.
    """
    is_everywhere = request.POST.get("scope") == "all"
    if is_everywhere and seat.role not in WIDE_ROLES:
        raise NotYourShow
    lasting = BANS.get(request.POST.get("lasting", "always"))
    message = _find(request, seat)
    sanctions.ban_person(
        seat.livestream,
        message.author,
        by=seat.person,
        reason=say_why(request, _("A moderator closed the room.")),
        until=clock.now() + lasting if lasting else None,
        is_wiping=True,
        is_everywhere=is_everywhere,
        category=request.POST.get("category", Category.OTHER),
    )
    return _("Banned, and their messages are gone. They are told why.")


def lift(request: HttpRequest, seat: Seat) -> str:
    """End a mute or ban before its time."""
    sanction = get_sanction_for(seat.livestream, request.POST.get("sanction", ""))
    if sanction.creator_id is not None and seat.role not in WIDE_ROLES:
        raise NotYourShow
    reason = _("Undone in the studio.")
    sanctions.lift_sanction(sanction, by=seat.person, reason=reason)
    return _("They may write again, and their messages are back.")


def undo(request: HttpRequest, seat: Seat) -> str:
    """Take back an act in one step."""
    action = get_action_for(seat.livestream, request.POST.get("action", ""))
    sanction = getattr(action, "sanction", None)
    is_wide = sanction is not None and sanction.creator_id is not None
    if is_wide and seat.role not in WIDE_ROLES:
        raise NotYourShow
    reason = _("Undone in the studio.")
    removals.undo_action(action, by=seat.person, reason=reason)
    return _("Undone.")


def remove_phrase(request: HttpRequest, seat: Seat) -> str:
    """Count the messages that hold a phrase, or remove them all."""
    phrase = removals.check_phrase(request.POST.get("phrase", ""))
    facts = {"phrase": phrase}
    if request.POST.get("act") != "remove":
        count = count_matching(seat.livestream, phrase)
        said = ngettext(
            "“%(phrase)s” is in %(count)d message.",
            "“%(phrase)s” is in %(count)d messages.",
            count,
        )
        return said % (facts | {"count": count})
    action = removals.remove_phrase(seat.livestream, phrase, by=seat.person)
    if left := count_left(action):
        said = ngettext(
            "%(count)d more message with “%(phrase)s” goes in the next moments.",
            "%(count)d more messages with “%(phrase)s” go in the next moments.",
            left,
        )
        return said % (facts | {"count": left})
    return _("All messages with “%(phrase)s” are gone.") % facts


def switch_shield(request: HttpRequest, seat: Seat) -> str:
    """Turn shield mode on, or off where it is on."""
    standing = find_shield(seat.livestream)
    if standing is None:
        shield_mode.raise_shield(seat.livestream, by=seat.person)
        return _("Shield mode is on. Only people known to the host may write.")
    reason = _("Undone in the studio.")
    removals.undo_action(standing, by=seat.person, reason=reason)
    return _("Shield mode is off. Everybody may write again.")


def call_help(request: HttpRequest, seat: Seat) -> str:
    """Call the moderators and staff to this show."""
    words = request.POST.get("words", "").strip()
    if help_calls.call_for_help(seat.livestream, by=seat.person, words=words):
        return _("Help is called. Somebody on duty will come to this studio.")
    return _("Help was called already. Nobody has answered yet.")


def answer_help(request: HttpRequest, seat: Seat) -> str:
    """Say that this person is on it."""
    call = get_help_call_for(seat.livestream, request.POST.get("call", ""))
    if help_calls.answer_help(call, by=seat.person):
        return _("The host reads that you are on it.")
    return _("Somebody else was first.")


def _find(request: HttpRequest, seat: Seat) -> ChatMessage:
    return get_message_for(seat.livestream, request.POST.get("message", ""))


def say_why(request: HttpRequest, usual: str) -> str:
    """Return what the person reads: what was wrong, and who acted."""
    category = request.POST.get("category", "")
    if category not in Category.values or category == Category.OTHER:
        return usual
    return f"{Category(category).label}. {usual}"
