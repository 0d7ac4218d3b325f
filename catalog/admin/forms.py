"""What staff fill in about goods: pieces, prices, limits of offers, floors."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Variant
from shopfront.common.desk import ReasonForm
from shopfront.common.fields import MinorField
from shopfront.markets import list_selling_markets


class PiecesForm(ReasonForm):
    """How many pieces, and why."""

    quantity = forms.IntegerField(
        label=gettext_lazy("Pieces"), min_value=0, max_value=1_000_000
    )


class PriceForm(ReasonForm):
    """A price with tax in a market, in minor units, and why."""

    market = forms.ChoiceField(label=gettext_lazy("Market"))
    amount_minor = MinorField(
        label=gettext_lazy("Price with tax, in pence or cents"), min_value=1
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the markets that sell."""
        super().__init__(*args, **kwargs)
        self.markets = {market.code: market for market in list_selling_markets()}
        field = self.fields["market"]
        if isinstance(field, forms.ChoiceField):
            rows = self.markets.items()
            field.choices = [
                ("", "---------"),
                *((code, f"{row.name}, {row.currency}") for code, row in rows),
            ]

    def clean_market(self) -> object:
        """Return the market of the code."""
        return self.markets[self.cleaned_data["market"]]


class LimitForm(PriceForm):
    """How far hosts may go with a product's price."""

    longest_minutes = forms.IntegerField(
        label=gettext_lazy("Longest offer, minutes"),
        min_value=1,
        max_value=24 * 60,
        initial=30,
    )
    most_pieces = forms.IntegerField(
        label=gettext_lazy("Most pieces per offer; empty for all"),
        min_value=1,
        required=False,
    )
    is_above_cost = forms.BooleanField(
        label=gettext_lazy("The brand confirms that this price covers its cost.")
    )


class FloorForm(PriceForm):
    """The lowest price of a shelf, and counsel's view of it."""

    counsel = forms.CharField(
        label=gettext_lazy("Counsel's view"), widget=forms.Textarea(attrs={"rows": 4})
    )


class ExceptionForm(PriceForm):
    """How far below its floor one variant may go, and for how long."""

    days = forms.IntegerField(
        label=gettext_lazy("For how many days"), min_value=1, max_value=90, initial=7
    )


class VatForm(ReasonForm):
    """A trader's VAT number; empty where there is none."""

    vat_number = forms.CharField(
        label=gettext_lazy("VAT number"), max_length=20, required=False
    )


def name_stock(variant: Variant) -> str:
    """Say what a variant is, and what the books have of it."""
    stock = getattr(variant, "stock", None)
    facts = {
        "name": variant,
        "sku": variant.sku,
        "here": stock.on_hand if stock else 0,
        "promised": stock.allocated if stock else 0,
    }
    return _("%(name)s (%(sku)s): %(here)d on hand, %(promised)d promised") % facts
