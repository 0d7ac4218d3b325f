"""Shapes of what a person types about their hours; the rules are in services."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creators.portal.forms import MarketMomentField
from shopfront.models import Market

WEEKS_AHEAD = 4


class EntryForm(forms.Form):
    """Work that we could not see, in the market's own time."""

    starts_at = MarketMomentField(label=gettext_lazy("From"))
    ends_at = MarketMomentField(label=gettext_lazy("Until"))
    note = forms.CharField(
        label=gettext_lazy("What it was"),
        max_length=200,
        help_text=gettext_lazy("For example: fetched samples, tried the lamp."),
    )

    def __init__(self, *args: Any, market: Market, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("auto_id", "entry-%s")
        super().__init__(*args, **kwargs)
        for name in ("starts_at", "ends_at"):
            field = self.fields[name]
            assert isinstance(field, MarketMomentField)
            field.zone = ZoneInfo(market.time_zone)

    def facts(self) -> dict[str, Any]:
        """Return what services take."""
        return {name: self.cleaned_data[name] for name in self.fields}


class ExtensionForm(forms.Form):
    """A yes in writing to a longer week that is ahead."""

    week = forms.ChoiceField(label=gettext_lazy("Week from"))
    hours = forms.DecimalField(
        label=gettext_lazy("Hours beyond the week's cap"),
        min_value=0,
        max_digits=4,
        decimal_places=1,
    )
    signed_as = forms.CharField(
        label=gettext_lazy("Sign with your full name"), max_length=120
    )

    def __init__(
        self, *args: Any, this_week: dt.date, most: int, **kwargs: Any
    ) -> None:
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("auto_id", "extension-%s")
        super().__init__(*args, **kwargs)
        ahead = [this_week + dt.timedelta(weeks=n + 1) for n in range(WEEKS_AHEAD)]
        field = self.fields["week"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (day.isoformat(), _("Monday %(day)s") % {"day": date_format(day, "j F")})
            for day in ahead
        ]
        self.fields["hours"].widget.attrs |= {"max": most / 60, "step": "0.5"}

    def facts(self) -> dict[str, Any]:
        """Return what the service takes."""
        return {
            "week": dt.date.fromisoformat(self.cleaned_data["week"]),
            "minutes": int(self.cleaned_data["hours"] * 60),
            "signed_as": self.cleaned_data["signed_as"],
        }
