"""Tax rates of a market by category and day."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Missing
from shopfront.models import Market, TaxRate


class TaxRateMissing(Missing):
    """A market has no rate for a tax category on a day."""

    code = "shopfront.tax_rate_missing"
    default_message = _("There is no tax rate for this product here yet.")


def get_tax_bps(market: Market, category: str, *, on: dt.date) -> int:
    """Return the rate in basis points of a tax category on a day.

    Raises:
        TaxRateMissing: no rate had begun by that day.
    """
    rate = (
        TaxRate.objects.filter(market=market, category=category, valid_from__lte=on)
        .order_by("-valid_from")
        .values_list("basis_points", flat=True)
        .first()
    )
    if rate is None:
        raise TaxRateMissing(extra={"category": category})
    return rate
