"""Refusals of shows that an agreement pays for, with stable codes."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict


class NotFunded(Conflict):
    """A show whose guarantee is not paid in does not start (E1)."""

    code = "livestreams.not_funded"
    default_message = _(
        "Your guarantee for this show is not paid in yet, so it cannot start."
    )


class AgreementUnfit(Conflict):
    """An agreement that does not hold for this show."""

    code = "livestreams.agreement_unfit"
    default_message = _("This agreement does not hold for this show.")
