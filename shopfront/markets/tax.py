"""Tax rates of a market by category and day."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Missing
from shopfront.models import Market, TaxRate


class TaxRateMissing(Missing):
    """A market has no rate for a tax category on a day."""

    code = "shopfront.tax_rate_missing"
    default_message = _("There is no tax rate for this product here yet.")


def get_tax_rates(market: Market, *, on: dt.date) -> dict[str, TaxRate]:
    """Return the rates of a market that hold on a day, by tax category; one query."""
    begun = TaxRate.objects.filter(market=market, valid_from__lte=on)
    newest = begun.order_by("category", "-valid_from").distinct("category")
    return {rate.category: rate for rate in newest}


def get_tax_rate(market: Market, category: str, *, on: dt.date) -> TaxRate:
    """Return the rate of a tax category on a day.

    Raises:
        TaxRateMissing: no rate had begun by that day.
    """
    rate = get_tax_rates(market, on=on).get(category)
    if rate is None:
        raise TaxRateMissing(extra={"category": category})
    return rate


def get_tax_bps(market: Market, category: str, *, on: dt.date) -> int:
    """Return the rate in basis points of a tax category on a day.

    Raises:
        TaxRateMissing: no rate had begun by that day.
    """
    return get_tax_rate(market, category, on=on).basis_points
