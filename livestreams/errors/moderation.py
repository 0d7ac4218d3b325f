"""Refusals of moderation, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Denied, Invalid, Missing


class ActionMissing(Missing):
    """No such action for this person."""

    code = "livestreams.action_missing"
    default_message = _("We cannot find this decision.")


class ActionUndone(Conflict):
    """Somebody undid it before."""

    code = "livestreams.action_undone"
    default_message = _("This was undone already.")


class NotOverHosts(Denied):
    """Nobody mutes or bans those who run a show."""

    code = "livestreams.not_over_hosts"
    default_message = _("People with a duty in this show cannot be muted or banned.")


class AppealedBefore(Conflict):
    """One appeal for each decision."""

    code = "livestreams.appealed_before"
    default_message = _("You appealed against this before. One appeal is looked at.")


class AppealEmpty(Invalid):
    """An appeal without a word."""

    code = "livestreams.appeal_empty"
    default_message = _("Say in a sentence why we should look again.")


class AppealDecided(Conflict):
    """The appeal has its answer."""

    code = "livestreams.appeal_decided"
    default_message = _("This appeal was decided before.")


class OwnDecision(Denied):
    """Another person than the one who acted decides on an appeal (S5)."""

    code = "livestreams.own_decision"
    default_message = _("Somebody else has to decide on appeals against your own acts.")


class PhraseTooShort(Invalid):
    """A phrase that nearly every message holds."""

    code = "livestreams.phrase_too_short"
    default_message = _("Use a phrase of at least three letters.")


class NobodyOnCall(Conflict):
    """A show without a moderator while nobody of the operator is on duty (C11)."""

    code = "livestreams.nobody_on_call"
    default_message = _(
        "This show has no moderator, and nobody of ours is on duty now, so nobody "
        "would answer a call for help. Add a moderator to its plan, then go live."
    )


class ShareMissing(Missing):
    """No such shared list of this creator."""

    code = "livestreams.share_missing"
    default_message = _("We cannot find this shared list.")


class ShareTwice(Conflict):
    """The same list offered to the same creator again."""

    code = "livestreams.share_twice"
    default_message = _("You offered your list to this creator before.")


class ShareWithOneself(Invalid):
    """A list offered to its own creator."""

    code = "livestreams.share_with_oneself"
    default_message = _("This list is yours already.")


class ShieldOn(Denied):
    """Only people known to the host write while shield mode is on (C5)."""

    code = "livestreams.shield_on"
    default_message = _(
        "Shield mode is on: for now, only people who bought here, or have followed "
        "the host for a week, may write."
    )
