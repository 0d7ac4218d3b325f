"""Banks and Stripe in the admin: answers handed in, and who is paid where."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creators.models import ConnectedAccount
from creators.payouts.answers import LARGEST
from creators.services.connected import disconnect_account
from shopfront.common.desk import DeskAdmin, ReasonForm, Rows
from shopfront.common.http import person_of
from shopfront.markets import list_selling_markets
from shopfront.models import Market


class BankForm(forms.Form):
    """A file in which the bank says what came of payouts."""

    file = forms.FileField(
        label=gettext_lazy("File of the bank"),
        help_text=gettext_lazy(
            "A pain.002, camt.053 or camt.054 as XML. The same file twice changes "
            "nothing."
        ),
    )

    def clean_file(self) -> bytes:
        """Return what the file holds, unread beyond what an answer may have."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(_("This file is too large for an answer."))
        content: bytes = file.read()
        return content


class ConnectForm(ReasonForm):
    """Which account at Stripe an owner was given there."""

    market = forms.ChoiceField(label=gettext_lazy("Market"))
    stripe_id = forms.CharField(
        label=gettext_lazy("Account at Stripe"),
        max_length=40,
        help_text=gettext_lazy(
            "As Stripe shows it after the owner has filled in its form: acct_…"
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.markets = {market.code: market for market in list_selling_markets()}
        field = self.fields["market"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, row.name) for code, row in self.markets.items()]

    def clean_market(self) -> Market:
        """Return the market that was chosen."""
        return self.markets[self.cleaned_data["market"]]


@admin.register(ConnectedAccount)
class ConnectedAccountAdmin(DeskAdmin):
    """Where owners are paid by Stripe; accounts are named on the ledger's page."""

    list_display = (
        "stripe_id",
        "owner_kind",
        "owner_ref",
        "market",
        "usable_from",
        "withdrawn_at",
        "connected_by",
    )
    list_select_related = ("market", "connected_by")
    list_filter = ("market", ("withdrawn_at", admin.EmptyFieldListFilter))
    search_fields = ("stripe_id", "owner_ref")
    date_hierarchy = "created_at"
    actions = ("disconnect",)

    @admin.action(description=gettext_lazy("Disconnect"), permissions=["act"])
    def disconnect(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Pay no more to accounts at Stripe."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Disconnect"),
            act=lambda row, said: disconnect_account(row, by=by, reason=said["reason"]),
        )
