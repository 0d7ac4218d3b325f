"""Shapes of what creators and payers type about pay and work; rules are services."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from creators.models import Account, PayoutDetails
from creators.services.payout_details import TaxData
from creators.services.work_limits import Limits
from shopfront.models import Market

NOT_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}


class DetailsForm(forms.Form):
    """Where the money goes, and who gets it in the eyes of tax offices."""

    holder = forms.CharField(
        label=_("Account holder"),
        max_length=70,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    bank_account = forms.CharField(
        label=_("Bank account"),
        max_length=50,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    legal_name = forms.CharField(
        label=_("Legal name"),
        max_length=120,
        help_text=_("You or your company, as the tax office knows you."),
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("Street, postcode and town, each on a line of its own."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
    )
    country = forms.ChoiceField(label=_("Country of residence"))
    born_on = forms.DateField(
        label=_("Date of birth"),
        required=False,
        help_text=_("Tax offices ask for it. Companies leave it empty."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    tax_number = forms.CharField(
        label=_("Tax number"), max_length=30, help_text=_("In Britain your UTR.")
    )
    vat_status = forms.ChoiceField(label=_("VAT"), choices=PayoutDetails.Vat.choices)
    vat_number = forms.CharField(
        label=_("VAT number"),
        max_length=20,
        required=False,
        help_text=_("With its country letters; only if you are registered."),
    )
    agrees_to_self_billing = forms.BooleanField(
        label=_(
            "Write my invoices for me. I agree that Shopfront writes an invoice in my "
            "name for each payout, that I will not write one for the same pay, and "
            "that I tell Shopfront when my VAT registration changes."
        ),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        market: Market,
        known: PayoutDetails | None,
        owner: Account.Owner = Account.Owner.CREATOR,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        account, country = self.fields["bank_account"], self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = list_countries()
        account.required = known is None
        if owner != Account.Owner.CREATOR:  # brands invoice shoppers, helpers nobody
            del self.fields["agrees_to_self_billing"]
        if owner == Account.Owner.BRAND:
            del self.fields["born_on"]
        account.help_text = _describe_account(market, known)

    def tax(self) -> TaxData:
        """Return the tax data as they were typed."""
        names = TaxData.__dataclass_fields__.keys() & self.cleaned_data.keys()
        return TaxData(**{name: self.cleaned_data[name] for name in names})


class AppealForm(forms.Form):
    """What a creator says against a hold."""

    text = forms.CharField(
        label=_("Why should this line be paid now?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


def describe_details(known: PayoutDetails | None, market: Market) -> dict[str, Any]:
    """Return what is known as the form's first values; never the account itself."""
    if known is None:
        return {"country": market.code, "vat_status": PayoutDetails.Vat.NONE}
    names = (*TaxData.__dataclass_fields__, "holder")
    facts = {name: getattr(known, name) for name in names}
    return facts | {"agrees_to_self_billing": known.agreed_self_billing_at is not None}


def list_countries() -> list[tuple[str, str]]:
    """Return the countries of the world in the language in use, by name."""
    names = Locale.parse(to_locale(get_language() or "en")).territories
    found = [
        (code, name)
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    ]
    return sorted(found, key=lambda pair: pair[1])


def _describe_account(market: Market, known: PayoutDetails | None) -> str:
    if known is not None:
        kept = _("Leave it empty to keep the account ending in %(last)s.")
        return f"{_name_account(market)} {kept % {'last': known.last_four}}"
    return f"{_name_account(market)} {_('Kept encrypted. It is not shown again.')}"


def _name_account(market: Market) -> str:
    if market.currency == "GBP":
        return str(_("Sort code and account number, for example 20-00-00 55779911."))
    return str(_("Your IBAN."))


class LimitsForm(forms.Form):
    """Limits of work in minutes; what is left empty stays as the market's rule is."""

    market = forms.ChoiceField(label=_("Market"))
    valid_from = forms.DateField(
        label=_("From"),
        help_text=_("Tomorrow or later."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    daily_cap_minutes = forms.IntegerField(
        label=_("Most work in a day, minutes"), min_value=1, required=False
    )
    night_cap_minutes = forms.IntegerField(
        label=_("Most work of a day that touches the night, minutes"),
        min_value=1,
        required=False,
    )
    weekly_cap_minutes = forms.IntegerField(
        label=_("Most work in a week, minutes"), min_value=1, required=False
    )
    rest_minutes = forms.IntegerField(
        label=_("Rest between days of work, minutes"), min_value=1, required=False
    )

    def __init__(self, *args: Any, markets: Iterable[Market], **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.markets = {market.code: market for market in markets}
        field = self.fields["market"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, row.name) for code, row in self.markets.items()]

    def clean_market(self) -> Market:
        """Return the market that was chosen."""
        return self.markets[self.cleaned_data["market"]]


def read_limits(said: Mapping[str, Any]) -> Limits:
    """Return the limits that a form names."""
    return Limits(**{field.name: said[field.name] for field in fields(Limits)})
