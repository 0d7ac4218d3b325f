"""Refusals of the live room and the shows, with stable codes."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Denied, Invalid, Missing


class CommandInvalid(Invalid):
    """A frame that is not one of our commands."""

    code = "livestreams.command_invalid"
    default_message = _("This message could not be read.")


class CommandUnknown(Invalid):
    """A command that we do not have."""

    code = "livestreams.command_unknown"
    default_message = _("The room does not know this command.")


class TooFast(Conflict):
    """More commands than one person may send."""

    code = "livestreams.too_fast"
    default_message = _("That was quick. Please wait a moment and try again.")


class RoomBusy(Conflict):
    """The room cannot store what was sent just now; `of` says what that was."""

    code = "livestreams.room_busy"
    default_message = _("Your message was not sent. Please try again in a moment.")
    said_of: ClassVar[Mapping[str, "str | Promise"]] = {
        "poll.vote": _("Your vote was not counted. Please try again in a moment."),
        "question.ask": _("Your question was not sent. Please try again in a moment."),
        "chat.report": _("Your report was not sent. Please try again in a moment."),
        "case.open": _("The case was not opened. Please try again in a moment."),
        "case.decline": _("Your choice was not kept. Please try again in a moment."),
    }

    @classmethod
    def of(cls, command: str) -> "RoomBusy":
        """Return the refusal that names what a command would have done."""
        return cls(str(cls.said_of.get(command, cls.default_message)))


class LivestreamMissing(Missing):
    """No such show for this person."""

    code = "livestreams.livestream_missing"
    default_message = _("We cannot find this show.")


class MessageMissing(Missing):
    """No such message in this show."""

    code = "livestreams.message_missing"
    default_message = _("We cannot find this message.")


class SignInToChat(Denied):
    """Guests read; writing needs an account."""

    code = "livestreams.sign_in_to_chat"
    default_message = _("Sign in to join the chat.")


class ChatClosed(Conflict):
    """The show is not on air."""

    code = "livestreams.chat_closed"
    default_message = _("The chat is open while the show is on air.")


class ChatBlocked(Denied):
    """Words that the room does not allow."""

    code = "livestreams.words_blocked"
    default_message = _("This message has words that are not allowed here.")


class LinksDenied(Denied):
    """Links come from the host and staff only (C1)."""

    code = "livestreams.links_denied"
    default_message = _("Only the host may post links here.")


class Muted(Denied):
    """A moderator muted this person."""

    code = "livestreams.muted"
    default_message = _("A moderator has muted you in this show.")


class Banned(Denied):
    """A moderator sent this person away."""

    code = "livestreams.banned"
    default_message = _(
        "A moderator has closed this room to you. Under “Decisions” in your account "
        "you read why, and may appeal."
    )


class MessageEmpty(Invalid):
    """Nothing to say."""

    code = "livestreams.message_empty"
    default_message = _("Write something first.")


class TicketInvalid(Denied):
    """A ticket that is forged, expired or for another room."""

    code = "livestreams.ticket_invalid"
    default_message = _("Your seat in this room has run out. Please reload the page.")


class TicketForeign(Denied):
    """A true ticket, for another room."""

    code = "livestreams.ticket_foreign"
    default_message = _("This seat is in another room. Please reload the page.")


class NotYourShow(Denied):
    """Only the host's side may do this."""

    code = "livestreams.not_your_show"
    default_message = _("Only the host of this show may do this.")


class PinsFull(Conflict):
    """Three products are pinned already."""

    code = "livestreams.pins_full"
    default_message = _("Three products are pinned. Unpin one first.")


class ProductNotPinnable(Conflict):
    """The product cannot be bought in this show."""

    code = "livestreams.product_not_pinnable"
    default_message = _("This product cannot be bought now, so it cannot be pinned.")


class ShowNotOnAir(Conflict):
    """The act needs a show that is live or paused."""

    code = "livestreams.not_on_air"
    default_message = _("The show is not on air.")


class ShowEnded(Conflict):
    """The show is over."""

    code = "livestreams.show_ended"
    default_message = _("This show has ended.")


class ShowNotUpcoming(Conflict):
    """A reminder for a show that has begun or is over."""

    code = "livestreams.not_upcoming"
    default_message = _("This show has already begun, so there is no reminder to set.")


class StreamKeyWrong(Denied):
    """No show has this name and key."""

    code = "livestreams.stream_key_wrong"
    default_message = _("This stream key is wrong. Copy it again from the studio.")


class ShowElsewhere(Conflict):
    """Another media gateway carries the show."""

    code = "livestreams.show_elsewhere"
    default_message = _(
        "Another server carries this show. Set your encoder to %(address)s"
    )


class PictureMissing(Missing):
    """The show has neither a live picture nor a recording for this person."""

    code = "livestreams.picture_missing"
    default_message = _("This show has no picture now.")


class ReplayMissing(Missing):
    """The show has no recording that can be watched."""

    code = "livestreams.replay_missing"
    default_message = _("There is no replay of this show, or it is not ready yet.")


class ShowBegun(Conflict):
    """The plan of a show that has begun."""

    code = "livestreams.show_begun"
    default_message = _("This show has begun, so its plan stays as it is.")


class StartInPast(Invalid):
    """A show that should have begun already."""

    code = "livestreams.start_in_past"
    default_message = _("Choose a start that is still ahead.")


class ShelfFull(Conflict):
    """More products than a show may hold."""

    code = "livestreams.shelf_full"
    default_message = _("The shelf is full. Take something off it first.")


class NoPictureYet(Conflict):
    """Going live before the gateway sees a picture."""

    code = "livestreams.no_picture_yet"
    default_message = _(
        "No picture arrives yet, so viewers would see nothing. Start your encoder with "
        "the address and key on this page, then go live."
    )


class AdultsOnly(Denied):
    """The show is for people whose age was checked."""

    code = "livestreams.adults_only"
    default_message = _(
        "This show is for adults. Sign in with an account whose age has been checked."
    )


class MarketOnly(Denied):
    """The show is for accounts of its market."""

    code = "livestreams.market_only"
    default_message = _(
        "This show is for viewers of another country. Sign in with an account there."
    )


class InvitationTaken(Conflict):
    """An invitation's link was opened by another account before."""

    code = "livestreams.invitation_taken"
    default_message = _(
        "Somebody else has used this invitation. Ask the host for one of your own."
    )


class InvitationsFull(Conflict):
    """More places than a show for the invited may have."""

    code = "livestreams.invitations_full"
    default_message = _("This show has 200 invitations. Withdraw one first.")


class CaptionsUnreadable(Invalid):
    """A file of captions that cannot be used."""

    code = "livestreams.captions_unreadable"
    default_message = _("This file of captions cannot be read.")


class CaptionsMistimed(Invalid):
    """Lines that do not belong to the picture of now."""

    code = "livestreams.captions_mistimed"
    default_message = _(
        "Send 1 to 50 lines of at most 400 characters and 15 seconds, with the moment "
        "of the picture in milliseconds since 1970, not older than two minutes."
    )


class CaptionsUploaded(Conflict):
    """Live lines for a language that has an uploaded file."""

    code = "livestreams.captions_uploaded"
    default_message = _("This show has an uploaded file in this language.")


class LanguageUnknown(Invalid):
    """A language that the shop does not have."""

    code = "livestreams.language_unknown"
    default_message = _("We do not have this language.")


class CaptionsMissing(Missing):
    """No captions in this language."""

    code = "livestreams.captions_missing"
    default_message = _("This show has no captions in this language.")


class CaptionsKeyWrong(Denied):
    """A recogniser without the right key of a running show."""

    code = "livestreams.captions_key_wrong"
    default_message = _("No show on air has this key for captions.")


class TargetMissing(Missing):
    """No such simulcast target in this show."""

    code = "livestreams.target_missing"
    default_message = _("We cannot find this server.")


class TargetsFull(Conflict):
    """More simulcast targets than a show may have."""

    code = "livestreams.targets_full"
    default_message = _("A show is sent on to three servers at most. Remove one first.")


class TargetTaken(Conflict):
    """Two simulcast targets of one name."""

    code = "livestreams.target_taken"
    default_message = _("There is a server of this name already. Choose another name.")


class TargetAddressWrong(Invalid):
    """An address that a picture cannot be sent to."""

    code = "livestreams.target_address_wrong"
    default_message = _(
        "Give the server's address as rtmp:// or rtmps://, without the stream key."
    )


class ReplayGone(Conflict):
    """A recording that is not there any more."""

    code = "livestreams.replay_gone"
    default_message = _("This recording is not there any more.")


class ReplayOnHold(Conflict):
    """A recording that an open case needs."""

    code = "livestreams.replay_on_hold"
    default_message = _("An open case needs this recording, so it stays for now.")


class ClipMissing(Missing):
    """No such clip for this person."""

    code = "livestreams.clip_missing"
    default_message = _("We cannot find this clip.")


class ClipLengthWrong(Invalid):
    """A clip that is too short or too long."""

    code = "livestreams.clip_length_wrong"
    default_message = _("A clip lasts from 3 seconds to 3 minutes.")


class ClipsFull(Conflict):
    """More clips than a show may have."""

    code = "livestreams.clips_full"
    default_message = _("A show has 50 clips at most. Delete one first.")


class OwnReport(Denied):
    """Nobody decides on reports of what they wrote themselves."""

    code = "livestreams.own_report"
    default_message = _("Somebody else has to decide on reports of your own messages.")
