"""Refusals of what a trader says of itself, each with its stable code."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Invalid


class VatNumberUnsound(Invalid):
    """No VAT number of any country."""

    code = "catalog.vat_number_unsound"
    default_message = _(
        "A VAT number has two letters of the country and 2 to 13 letters or digits."
    )
