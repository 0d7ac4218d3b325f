"""Net quantities of variants, stated by an action of theirs."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.services.quantities import set_net_quantity
from shopfront.common.desk import DeskAdmin, ReasonForm, Rows
from shopfront.common.http import person_of
from shopfront.common.units import Unit, make_net


class NetForm(ReasonForm):
    """How much is in a package; empty where it is sold by the piece."""

    net_amount = forms.DecimalField(
        label=gettext_lazy("Net quantity; empty for goods by the piece"),
        min_value=0,
        max_digits=9,
        decimal_places=3,
        required=False,
    )
    net_unit = forms.ChoiceField(
        label=gettext_lazy("Unit"),
        choices=[("", "---------"), *Unit.choices],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Refuse one without the other."""
        said = super().clean() or self.cleaned_data
        if (said.get("net_amount") is None) != (not said.get("net_unit")):
            raise forms.ValidationError(
                _("Write the number and its unit, or neither of them.")
            )
        return said


def ask_for_net(
    page: DeskAdmin, request: HttpRequest, rows: Rows
) -> HttpResponse | None:
    """Ask how much is in variants, for their prices per kilogram or litre."""
    by = person_of(request)
    return page.decide(
        request,
        rows,
        title=_("State the net quantity"),
        form_class=NetForm,
        act=lambda row, said: set_net_quantity(
            row,
            make_net(said["net_amount"], said["net_unit"]),
            by=by,
            reason=said["reason"],
        ),
    )
