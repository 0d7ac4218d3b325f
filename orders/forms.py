"""Shapes of what shoppers type at checkout; the rules are in services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.services.addresses import get_address_rules

_TEXTS = {
    "email": (_("E-mail"), "email", {"inputmode": "email"}),
    "name": (_("Full name"), "shipping name", {}),
    "street": (_("Street and number"), "shipping street-address", {}),
    "city": (_("Town or city"), "shipping address-level2", {}),
    "region": (_("State, province or region"), "shipping address-level1", {}),
    "postcode": (_("Postcode"), "shipping postal-code", {}),
}


class DetailsForm(forms.Form):
    """Who receives the goods and where: at most eight fields."""

    email = forms.EmailField(max_length=254)
    name = forms.CharField(max_length=120)
    street = forms.CharField(max_length=200)
    postcode = forms.CharField(max_length=20)
    city = forms.CharField(max_length=100)
    region = forms.CharField(max_length=100)
    is_adult = forms.BooleanField(label=_("I am 18 or older."), required=False)

    def __init__(self, *args: Any, country: str, asks_age: bool, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        if not get_address_rules(country).has_region:
            del self.fields["region"]
        if not asks_age:
            del self.fields["is_adult"]
        for name, (label, autocomplete, attributes) in _TEXTS.items():
            field = self.fields.get(name)
            if field is not None:
                field.error_messages["required"] = _("Please fill this in.")
                field.label = label
                field.widget.attrs |= {"autocomplete": autocomplete} | attributes

    def address(self) -> dict[str, str]:
        """Return the address as it was typed."""
        names = ("name", "street", "city", "region", "postcode")
        return {name: str(self.cleaned_data.get(name, "")) for name in names}
