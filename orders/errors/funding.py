"""Refusals around guarantees paid by card."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Missing


class FundingMissing(Missing):
    """No such guarantee for who asks, or a link that is not ours."""

    code = "orders.funding_missing"
    default_message = _(
        "We found no such guarantee. Ask the creator for the link to it."
    )
