"""Kept cards and disputes in the admin: the queue of what banks take back."""

from collections.abc import Callable

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


class TakenBackAdmin(AmountColumn, DeskAdmin):
    """What banks take back: staff answer with evidence, or give in."""

    list_select_related = ("payment",)
    date_hierarchy = "opened_at"
    actions = ("answer", "accept")
    told_of: str
    """What the evidence is read from, beside the row."""
    send: Callable[..., object]
    give_in: Callable[..., object]

    @admin.action(description=gettext_lazy("Send evidence"), permissions=["act"])
    def answer(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Send banks the evidence with a note."""
        by, send = person_of(request), self.send
        return self.decide(
            request,
            rows.select_related(self.told_of),
            title=_("Send evidence"),
            form_class=NoteForm,
            act=lambda row, said: send(row, by=by, note=said["reason"]),
        )

    @admin.action(description=gettext_lazy("Give in"), permissions=["act"])
    def accept(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let payers keep what banks took back; who owes it goes on owing it."""
        by, give_in = person_of(request), self.give_in
        return self.decide(
            request,
            rows.select_related("payment"),
            title=_("Give in"),
            act=lambda row, said: give_in(row, by=by, reason=said["reason"]),
        )


@admin.register(Dispute)
class DisputeAdmin(TakenBackAdmin):
    """Payments that banks take back: the next to answer first."""

    list_display = ("public_id", "payment", "amount_shown", "state", "reason", "due_at")
    list_filter = ("state", "reason", "payment__gateway")
    search_fields = ("public_id", "provider_ref", "payment__public_id")
    ordering = ("closed_at", "due_at")
    told_of = "payment__checkout"
    send = staticmethod(answer_dispute)
    give_in = staticmethod(accept_dispute)


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
class FundingLossAdmin(TakenBackAdmin):
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
    list_filter = ("state", "kind", "reason")
    search_fields = ("public_id", "provider_ref", "payment__guarantee__public_id")
    told_of = "payment__guarantee__agreement"
    send = staticmethod(answer_loss)
    give_in = staticmethod(accept_loss)
