"""The form in which staff make limits of work tighter."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from creators.services.work_limits import Limits
from shopfront.common.desk import ReasonForm
from shopfront.markets import list_selling_markets


class LimitsForm(ReasonForm):
    """Limits in minutes; what is left empty stays as the market's rule has it."""

    market = forms.ChoiceField(label=gettext_lazy("Market"))
    valid_from = forms.DateField(
        label=gettext_lazy("From"), help_text=gettext_lazy("Tomorrow or later.")
    )
    daily_cap_minutes = forms.IntegerField(
        label=gettext_lazy("Most work in a day, minutes"), min_value=1, required=False
    )
    night_cap_minutes = forms.IntegerField(
        label=gettext_lazy("Most work of a day that touches the night, minutes"),
        min_value=1,
        required=False,
    )
    weekly_cap_minutes = forms.IntegerField(
        label=gettext_lazy("Most work in a week, minutes"), min_value=1, required=False
    )
    rest_minutes = forms.IntegerField(
        label=gettext_lazy("Rest between days of work, minutes"),
        min_value=1,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.markets = {market.code: market for market in list_selling_markets()}
        field = self.fields["market"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, row.name) for code, row in self.markets.items()]

    def clean_market(self) -> Any:
        """Return the market that was chosen."""
        return self.markets[self.cleaned_data["market"]]


def read_limits(said: Mapping[str, Any]) -> Limits:
    """Return the limits that a form names."""
    return Limits(**{field.name: said[field.name] for field in fields(Limits)})
