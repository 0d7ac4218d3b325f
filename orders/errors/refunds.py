"""Refusals of refunds that came back, each with its stable code."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Invalid


class RefundNotFailed(Conflict):
    """The refund did not come back, or was paid again meanwhile."""

    code = "orders.refund_not_failed"
    default_message = _("This refund did not come back, or was paid again.")


class TransferUnnamed(Invalid):
    """A transfer without the reference that a bank statement shows."""

    code = "orders.transfer_unnamed"
    default_message = _("Give the reference of the transfer, at most 60 characters.")
