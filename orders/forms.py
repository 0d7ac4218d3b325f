"""Shapes of what shoppers and staff type; the rules are in services."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import Order, Return
from orders.services.addresses import get_address_rules
from shopfront.common.fields import MinorField
from shopfront.common.ids import new_public_id

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


class PiecesForm(forms.Form):
    """How many pieces of each line of one order; made for an order by `of`."""

    order: ClassVar[Order]
    counter: ClassVar[str]
    starts_full: ClassVar[bool] = True

    key = forms.CharField(widget=forms.HiddenInput, initial=new_public_id)

    @classmethod
    def of(cls, order: Order) -> type[Self]:
        """Return the form for an order."""
        return type(cls.__name__, (cls,), {"order": order})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(self.order.lines.all())
        for line in self.lines:
            left = getattr(line, self.counter)
            self.fields[f"pieces_{line.public_id}"] = forms.IntegerField(
                label=line.title,
                help_text=_("At most %(left)d of %(all)d.")
                % {"left": left, "all": line.quantity},
                min_value=0,
                max_value=left,
                initial=left if self.starts_full else 0,
            )
        self.order_fields([name for name in self.fields if name.startswith("pieces_")])

    def clean(self) -> dict[str, Any]:
        """Gather the pieces under `wanted`."""
        facts: dict[str, Any] = super().clean() or {}
        return facts | {"wanted": self.gather("pieces_", facts)}

    def gather(self, head: str, facts: Mapping[str, Any]) -> dict[str, int]:
        """Return the numbers of the lines whose fields begin so."""
        return {
            line.public_id: facts.get(head + line.public_id) or 0 for line in self.lines
        }


class ParcelForm(PiecesForm):
    """What goes in a parcel, and with whom."""

    counter = "unsent_count"

    carrier = forms.CharField(label=_("Carrier"), max_length=60)
    tracking = forms.CharField(
        label=_("Tracking number"), max_length=60, required=False
    )
    tracking_url = forms.URLField(
        label=_("Tracking page"),
        max_length=300,
        required=False,
        assume_scheme="https",
    )


class CancelForm(PiecesForm):
    """What is not sent after all, and why."""

    counter = "unsent_count"

    reason = forms.CharField(label=_("Reason"), max_length=200)


class ReturnForm(PiecesForm):
    """What came back, why, and whether it can be sold again."""

    counter = "away_count"
    advice = _(
        "This books the goods and pays nothing: choose “Pay back” for the order after "
        "it. The shopper is told of both."
    )

    why = forms.ChoiceField(label=_("Why"), choices=Return.Reason.choices)
    is_sellable = forms.BooleanField(
        label=_("Can be sold again"), required=False, initial=True
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class RefundForm(PiecesForm):
    """What is paid back: pieces, parts of a price, delivery; and why."""

    counter = "payable_count"
    starts_full = False

    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in self.lines:
            left = line.total_minor - line.refunded_minor
            self.fields[f"less_{line.public_id}"] = MinorField(
                label=_("Price reduced: %(title)s") % {"title": line.title},
                help_text=_("In pence or cents, at most %(left)d; the goods stay.")
                % {"left": left},
                min_value=0,
                max_value=left,
                initial=0,
            )
        left = self.order.shipping_minor - self.order.refunded_shipping_minor
        self.fields["delivery_minor"] = MinorField(
            label=_("Delivery"),
            help_text=_("In pence or cents, at most %(left)d.") % {"left": left},
            min_value=0,
            max_value=left,
            initial=0,
        )
        self.order_fields([name for name in self.fields if name != "reason"])

    def clean(self) -> dict[str, Any]:
        """Gather the parts of prices under `reductions`."""
        facts = super().clean()
        return facts | {"reductions": self.gather("less_", facts)}
