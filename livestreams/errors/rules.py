"""Refusals of a room's rules and of lines at its top, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Denied, Invalid


class SlowMode(Conflict):
    """The person wrote a moment ago and the room is slow; `retry_after` says more."""

    code = "livestreams.slow_mode"
    default_message = _("The host asks everybody to write slowly here.")


class AccountTooNew(Denied):
    """The room is for accounts of a certain age; `retry_after` says how long."""

    code = "livestreams.account_too_new"
    default_message = _("The host asks new accounts to read first. You may write soon.")


class FollowersOnly(Denied):
    """The room is for followers of the host."""

    code = "livestreams.followers_only"
    default_message = _("Only followers of the host write here now. Follow to join in.")


class BuyersOnly(Denied):
    """The room is for people who bought what the host sells."""

    code = "livestreams.buyers_only"
    default_message = _(
        "Only people who bought what this host sells write here now. Everybody may "
        "ask a question."
    )


class RulesUnknown(Invalid):
    """There is no such choice among a room's rules."""

    code = "livestreams.rules_unknown"
    default_message = _("Choose one of the offered rules.")


class LineNotShown(Conflict):
    """Only a line that all may see goes to the top of the chat."""

    code = "livestreams.line_not_shown"
    default_message = _("Only a line that everybody sees can be kept at the top.")
