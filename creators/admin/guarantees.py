"""Agreements, guarantees and terms in the admin; money comes in by two persons."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creators.models import Agreement, Guarantee, GuaranteeFunding, MarketTerms
from creators.services import agreements, funding
from shopfront.common.desk import (
    AmountColumn,
    DeskAdmin,
    DeskTable,
    ReasonForm,
    Rows,
    show_amount,
)
from shopfront.common.fields import MinorField
from shopfront.common.http import person_of


class ReceiptForm(forms.Form):
    """What the bank's statement says."""

    reference = forms.CharField(
        label=gettext_lazy("Bank's reference"),
        max_length=80,
        help_text=gettext_lazy("As the statement has it; it is booked once."),
    )
    amount_minor = MinorField(
        label=gettext_lazy("Amount, in pence or cents"), min_value=1
    )


@admin.register(Agreement)
class AgreementAdmin(DeskAdmin):
    """What a creator and a payer agreed."""

    list_display = (
        "creator",
        "payer",
        "rate",
        "guarantee",
        "engagement",
        "state",
        "valid_from",
        "valid_until",
    )
    list_select_related = ("creator", "payer")
    list_filter = ("state", "engagement")
    search_fields = ("creator__display_name", "creator__handle", "public_id")
    actions = ("end",)

    @admin.display(description=gettext_lazy("commission"))
    def rate(self, row: Agreement) -> str:
        """Show the rate in percent."""
        return f"{row.commission_bps / 100:g} %"

    @admin.display(description=gettext_lazy("guarantee"))
    def guarantee(self, row: Agreement) -> str:
        """Show the guarantee as it counts."""
        amount = show_amount(row.guarantee_minor, row.payer.currency)
        return f"{amount} {row.get_guarantee_per_display()}"

    @admin.action(description=gettext_lazy("End"), permissions=["act"])
    def end(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """End agreements; funded shows stay as they are."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("End"),
            act=lambda row, said: agreements.end_agreement(
                row, by=by, reason=said["reason"]
            ),
        )


class FundingTable(DeskTable):
    """What came in for a guarantee."""

    model = GuaranteeFunding
    related = ("booked_by", "decided_by")
    fields = (
        "source",
        "reference",
        "amount_minor",
        "lost_minor",
        "state",
        "booked_by",
        "decided_by",
    )


@admin.register(Guarantee)
class GuaranteeAdmin(AmountColumn, DeskAdmin):
    """Guarantees of shows: receipts are booked here, balances moved."""

    list_display = (
        "title",
        "creator",
        "amount_shown",
        "missing_shown",
        "state",
        "starts_at",
        "due_on",
    )
    list_select_related = ("creator",)
    list_filter = ("state", "currency")
    search_fields = ("title", "show_ref", "public_id", "creator__display_name")
    date_hierarchy = "starts_at"
    inlines = (FundingTable,)
    actions = ("book", "take_balance")

    @admin.display(description=gettext_lazy("missing"))
    def missing_shown(self, row: Guarantee) -> str:
        """Show what is not funded yet."""
        return row.missing.format()

    @admin.action(description=gettext_lazy("Book bank receipt"), permissions=["act"])
    def book(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Book what came by bank; a second person confirms it."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Book bank receipt"),
            form_class=ReceiptForm,
            act=lambda row, said: funding.book_receipt(
                row,
                reference=said["reference"],
                amount_minor=said["amount_minor"],
                by=by,
            ),
        )

    @admin.action(description=gettext_lazy("Fund from balance"), permissions=["act"])
    def take_balance(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Fund guarantees from what the payer has settled."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Fund from balance"),
            act=lambda row, said: funding.fund_from_balance(row, by=by),
        )


@admin.register(GuaranteeFunding)
class GuaranteeFundingAdmin(AmountColumn, DeskAdmin):
    """Money that came in for guarantees; receipts wait for a second person."""

    list_display = ("reference", "source", "guarantee", "amount_shown", "state")
    list_select_related = ("guarantee",)
    list_filter = ("state", "source")
    search_fields = ("reference", "guarantee__title", "guarantee__public_id")
    date_hierarchy = "booked_at"
    actions = ("confirm", "refuse")

    @admin.action(description=gettext_lazy("Confirm"), permissions=["act"])
    def confirm(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Confirm receipts as the second person."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Confirm"),
            act=lambda row, said: funding.confirm_receipt(row, by=by),
        )

    @admin.action(description=gettext_lazy("Refuse"), permissions=["act"])
    def refuse(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Say that receipts are wrong."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Refuse"),
            form_class=ReasonForm,
            act=lambda row, said: funding.refuse_receipt(
                row, by=by, reason=said["reason"]
            ),
        )


@admin.register(MarketTerms)
class MarketTermsAdmin(DeskAdmin):
    """Terms for creators, published by `manage.py publish_terms`; none is edited."""

    list_display = ("market", "version", "published_at", "valid_from")
    list_select_related = ("market",)
    list_filter = ("market",)
