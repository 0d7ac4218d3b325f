"""Refusals of net quantities, by which prices are compared."""

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Conflict, Invalid


class QuantityUnsound(Invalid):
    """A net quantity that is no amount of a known unit."""

    code = "catalog.net_quantity_unsound"
    default_message = _(
        "Write the net quantity as a number above zero with at most three decimals, "
        "and its unit."
    )


class QuantityOtherwise(Invalid):
    """A net quantity in a unit that the shelf is not measured by."""

    code = "catalog.net_quantity_otherwise"
    default_message = _("Goods of this shelf are measured in another way.")


class QuantityMissing(Conflict):
    """A variant without the net quantity that its shelf asks for."""

    code = "catalog.net_quantity_missing"
    default_message = _(
        "Goods of this shelf show a price per kilogram, litre, metre or square metre "
        "in this market. State the net quantity first."
    )
