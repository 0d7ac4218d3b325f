"""Refusals of planning: the run of a show, briefings, barred goods, reminders."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Invalid, Missing


class RunItemMissing(Missing):
    """No such item in this show's run."""

    code = "livestreams.run_item_missing"
    default_message = _(
        "We cannot find this part of the run. It may have been removed."
    )


class RunItemUnsound(Invalid):
    """An item without what its kind needs."""

    code = "livestreams.run_item_unsound"
    default_message = _(
        "A part of the run lasts from 1 to 240 minutes; a product part names a product "
        "of the shelf, and a talk says what about."
    )


class RunItemChanged(Conflict):
    """Somebody else changed the item since the page was read."""

    code = "livestreams.run_item_changed"
    default_message = _(
        "This part was changed meanwhile, in another window or by somebody else. "
        "Look at it as it is now, then change it again."
    )


class RunFull(Conflict):
    """More items than a run may have."""

    code = "livestreams.run_full"
    default_message = _("A run has 100 parts at most. Remove one first.")


class ProductRefused(Conflict):
    """The host will not show the product in this show (P5)."""

    code = "livestreams.product_refused"
    default_message = _(
        "You refused this product for this show. Take the refusal back to pin it."
    )


class ProductBarred(Conflict):
    """The product is above a ceiling of the market (P6)."""

    code = "livestreams.product_barred"
    default_message = _("Too many pieces of this product came back, or have a case.")


class NothingBarred(Conflict):
    """A human is asked about a product that no ceiling keeps off the screen."""

    code = "livestreams.nothing_barred"
    default_message = _("This product may be pinned now. Nothing is left to decide.")


class BriefedTooOften(Conflict):
    """A brand sends one version of its wishes after another."""

    code = "livestreams.briefed_too_often"
    default_message = _(
        "Each version goes to the host as a letter. Wait ten minutes, then send the "
        "next one."
    )


class BriefingUnsound(Invalid):
    """No lines, too many, or too long ones."""

    code = "livestreams.briefing_unsound"
    default_message = _(
        "A briefing has one to 20 lines of at most 300 characters, each a wish of its "
        "own."
    )


class BriefingFixed(Conflict):
    """The host accepted a line, so nothing is changed or added any more (P9)."""

    code = "livestreams.briefing_fixed"
    default_message = _(
        "The host has accepted lines of this briefing. It cannot be changed or grow "
        "after that."
    )


class LineForbidden(Invalid):
    """A line about body, clothing or private life, or one that punishes (P9)."""

    code = "livestreams.line_forbidden"
    default_message = _(
        "A briefing says nothing about the host's body, clothing or private life, and "
        "no line may punish."
    )


class LineMissing(Missing):
    """No such line in this show's briefings."""

    code = "livestreams.line_missing"
    default_message = _(
        "We cannot find this line. The briefing may have a new version."
    )


class PersonUnknown(Missing):
    """Nobody of this address or handle has a duty, or may have one."""

    code = "livestreams.person_unknown"
    default_message = _("We know nobody of this e-mail address or handle.")


class PersonUnfit(Conflict):
    """A duty for somebody who may not have it (P1)."""

    code = "livestreams.person_unfit"
    default_message = _(
        "Co-hosts are verified creators of your country; moderators are 18 or older, "
        "and checked. You yourself are the host."
    )


class SharesTooHigh(Invalid):
    """Shares of co-hosts that exceed the commission, or a moderator's."""

    code = "livestreams.shares_too_high"
    default_message = _(
        "All shares of co-hosts together are at most the whole commission; "
        "moderators have none."
    )


class ReminderMissing(Missing):
    """A link out of a reminder that is not ours or too old."""

    code = "livestreams.reminder_missing"
    default_message = _(
        "This link is too old or not whole. Open the show to take the reminder back."
    )
