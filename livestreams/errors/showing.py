"""Refusals around what is on screen and who steers it from where."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Missing


class NothingNext(Conflict):
    """No other product of the shelf can be shown."""

    code = "livestreams.nothing_next"
    default_message = _("There is no other product on your shelf that can be bought.")


class RemoteMissing(Missing):
    """No such remote control, or its link was used, revoked or is over."""

    code = "livestreams.remote_missing"
    default_message = _(
        "This link does not work any more. Ask for a new one in the studio."
    )


class RemotesFull(Conflict):
    """As many remote controls as a show may have."""

    code = "livestreams.remotes_full"
    default_message = _("Four devices are remote controls already. Turn one off first.")
