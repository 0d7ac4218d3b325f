"""Shapes of what creators answer to offers and ask for; the rules are in services."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.utils.translation import gettext_lazy as _

from creators.models import PayTerms
from creators.services.agreements import Offer


class CounterForm(forms.Form):
    """Other terms than those on offer, in whole money and percent."""

    guarantee = forms.DecimalField(
        label=_("Guarantee"), min_value=0, max_value=1_000_000, decimal_places=2
    )
    guarantee_per = forms.ChoiceField(
        label=_("The guarantee counts"), choices=PayTerms.Per.choices
    )
    commission = forms.DecimalField(
        label=_("Commission, percent"), min_value=0, max_value=100, decimal_places=2
    )
    pays = forms.ChoiceField(label=_("You get"), choices=PayTerms.Pays.choices)
    show_minutes = forms.IntegerField(
        label=_("Show, minutes"), min_value=1, max_value=1440
    )
    preparation_minutes = forms.IntegerField(
        label=_("Preparation, minutes"), min_value=0, max_value=1440
    )
    note = forms.CharField(
        label=_("A word to the brand"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["guarantee"].help_text = _("In %(currency)s.") % {
            "currency": currency
        }

    def offer(self, terms: PayTerms) -> Offer:
        """Return what was typed; the kind of engagement stays as offered."""
        typed = self.cleaned_data
        places = get_currency_precision(self.currency)
        return Offer(
            commission_bps=_whole(typed["commission"] * 100),
            guarantee_minor=_whole(typed["guarantee"].scaleb(places)),
            guarantee_per=typed["guarantee_per"],
            pays=typed["pays"],
            engagement=terms.engagement,
            show_minutes=typed["show_minutes"],
            preparation_minutes=typed["preparation_minutes"],
        )


def describe_terms(terms: PayTerms, currency: str) -> dict[str, Any]:
    """Return terms as the form's first values."""
    places = get_currency_precision(currency)
    return {
        "guarantee": Decimal(terms.guarantee_minor).scaleb(-places),
        "commission": Decimal(terms.commission_bps) / 100,
        "guarantee_per": terms.guarantee_per,
        "pays": terms.pays,
        "show_minutes": terms.show_minutes,
        "preparation_minutes": terms.preparation_minutes,
    }


class SampleForm(forms.Form):
    """Where a sample goes, and why."""

    address = forms.CharField(
        label=_("Where it goes"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "street-address"}),
        help_text=_(
            "Kept encrypted, read by who packs it, and deleted once it has come."
        ),
    )
    note = forms.CharField(
        label=_("What you plan with it"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


def _whole(number: Decimal) -> int:
    return int(number.quantize(Decimal(1), rounding=ROUND_HALF_UP))
