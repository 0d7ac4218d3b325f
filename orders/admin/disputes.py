"""Kept cards and disputes in the admin: the queue of what banks take back."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import Dispute, FundingLoss, FundingPayment, PaymentMethod
from orders.services.disputes import accept_dispute, answer_dispute
from orders.services.funding_losses import accept_loss, answer_loss
from shopfront.common.desk import AmountColumn, DeskAdmin, DeskTable, Rows
from shopfront.common.http import person_of


class NoteForm(forms.Form):
    """What staff add to the evidence that the order gives by itself."""

    reason = forms.CharField(
        label=gettext_lazy("Note to the bank"),
        max_length=2_000,
        required=False,
        help_text=gettext_lazy(
            "Sent with order, prices, address and dates; it cannot be changed later."
        ),
        widget=forms.Textarea(attrs={"class": "vLargeTextField", "autofocus": True}),
    )


class DisputeTable(DeskTable):
    """The disputes of a payment."""

    model = Dispute
    fields = ("state", "reason", "amount_minor", "currency", "due_at", "closed_at")


@admin.register(PaymentMethod)
class PaymentMethodAdmin(DeskAdmin):
    """Cards that shoppers asked to keep: tokens of the gateway, never a number."""

    list_display = ("user", "brand", "last4", "gateway", "consented_at", "forgotten_at")
    list_select_related = ("user",)
    list_filter = ("gateway",)
    search_fields = ("user__email", "public_id", "provider_ref")
    date_hierarchy = "consented_at"


@admin.register(Dispute)
class DisputeAdmin(AmountColumn, DeskAdmin):
    """Payments that banks take back: the next to answer first."""

    list_display = ("public_id", "payment", "amount_shown", "state", "reason", "due_at")
    list_select_related = ("payment",)
    list_filter = ("state", "reason", "payment__gateway")
    search_fields = ("public_id", "provider_ref", "payment__public_id")
    date_hierarchy = "opened_at"
    ordering = ("closed_at", "due_at")
    actions = ("answer", "accept")

    @admin.action(description=gettext_lazy("Send evidence"), permissions=["act"])
    def answer(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Send banks the orders' evidence with a note."""
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("payment__checkout"),
            title=_("Send evidence"),
            form_class=NoteForm,
            act=lambda row, said: answer_dispute(row, by=by, note=said["reason"]),
        )

    @admin.action(description=gettext_lazy("Give in"), permissions=["act"])
    def accept(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let shoppers keep what banks took back."""
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("payment"),
            title=_("Give in"),
            act=lambda row, said: accept_dispute(row, by=by, reason=said["reason"]),
        )


class LossTable(DeskTable):
    """What of a guarantee's payment went back."""

    model = FundingLoss
    fields = ("kind", "state", "reason", "amount_minor", "currency", "due_at")


@admin.register(FundingPayment)
class FundingPaymentAdmin(AmountColumn, DeskAdmin):
    """Card payments of guarantees, with the exact request that was sent."""

    list_display = (
        "public_id",
        "guarantee",
        "gateway",
        "state",
        "amount_shown",
        "failure_code",
        "created_at",
    )
    list_select_related = ("guarantee",)
    list_filter = ("state", "gateway", "failure_code")
    search_fields = ("public_id", "provider_ref", "guarantee__public_id")
    date_hierarchy = "created_at"
    inlines = (LossTable,)


@admin.register(FundingLoss)
class FundingLossAdmin(AmountColumn, DeskAdmin):
    """Guarantees' payments that went back: the next to answer first."""

    list_display = (
        "public_id",
        "payment",
        "kind",
        "amount_shown",
        "state",
        "reason",
        "due_at",
        "taken_at",
        "back_at",
    )
    list_select_related = ("payment",)
    list_filter = ("state", "kind", "reason")
    search_fields = ("public_id", "provider_ref", "payment__guarantee__public_id")
    date_hierarchy = "opened_at"
    actions = ("answer", "accept")

    @admin.action(description=gettext_lazy("Send evidence"), permissions=["act"])
    def answer(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Send banks what was agreed and what became of it, with a note."""
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("payment__guarantee__agreement"),
            title=_("Send evidence"),
            form_class=NoteForm,
            act=lambda row, said: answer_loss(row, by=by, note=said["reason"]),
        )

    @admin.action(description=gettext_lazy("Give in"), permissions=["act"])
    def accept(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let payers' banks keep what they took; the payers go on owing it."""
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("payment"),
            title=_("Give in"),
            act=lambda row, said: accept_loss(row, by=by, reason=said["reason"]),
        )
