"""Checkouts, payments and refunds: to look at; what came back is paid again."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.admin.disputes import DisputeTable
from orders.models import (
    Checkout,
    Invoice,
    Order,
    Payment,
    PaymentNotice,
    Refund,
    RefundLine,
)
from orders.services.failed_refunds import note_transfer, pay_again
from shopfront.common.desk import (
    AmountColumn,
    DeskAdmin,
    DeskTable,
    ReasonForm,
    Rows,
    show_amount,
)
from shopfront.common.http import person_of


class TransferForm(ReasonForm):
    """The reference under which the bank's statement shows a transfer."""

    reference = forms.CharField(label=gettext_lazy("Reference"), max_length=60)


class OrderTable(DeskTable):
    """The orders of a checkout, one per brand."""

    model = Order
    related = ("brand",)
    fields = ("number", "brand", "state", "goods_minor", "shipping_minor", "currency")


class PaymentTable(DeskTable):
    """The attempts to pay a checkout."""

    model = Payment
    fields = ("gateway", "state", "amount_minor", "currency", "failure_code", "paid_at")


class RefundLineTable(DeskTable):
    """What a refund is for; without a line it is the delivery."""

    model = RefundLine
    related = ("line",)
    show_change_link = False
    fields = ("line", "quantity", "amount_minor")


class RefundTable(DeskTable):
    """What went back of a payment."""

    model = Refund
    fields = ("state", "reason", "amount_minor", "currency", "done_at")


@admin.register(Checkout)
class CheckoutAdmin(DeskAdmin):
    """Checkouts with their orders and attempts to pay."""

    list_display = ("public_id", "user", "email", "state", "total_shown", "created_at")
    list_select_related = ("user",)
    list_filter = ("state", "market")
    search_fields = ("public_id", "email", "user__email")
    date_hierarchy = "created_at"
    inlines = (OrderTable, PaymentTable)

    @admin.display(description=gettext_lazy("total"))
    def total_shown(self, row: Checkout) -> str:
        """Format goods and delivery together."""
        return show_amount(row.goods_minor + row.shipping_minor, row.currency)


@admin.register(Payment)
class PaymentAdmin(AmountColumn, DeskAdmin):
    """Attempts to pay, with the exact request that was sent."""

    list_display = (
        "public_id",
        "gateway",
        "state",
        "amount_shown",
        "failure_code",
        "created_at",
        "reconcile_count",
    )
    list_filter = ("state", "gateway", "failure_code")
    search_fields = ("public_id", "provider_ref", "idempotency_key")
    date_hierarchy = "created_at"
    inlines = (RefundTable, DisputeTable)


@admin.register(PaymentNotice)
class PaymentNoticeAdmin(DeskAdmin):
    """What gateways told us, once per notice."""

    list_display = ("gateway", "provider_id", "received_at", "applied_at")
    list_filter = ("gateway",)
    search_fields = ("provider_id",)
    date_hierarchy = "received_at"


@admin.register(Refund)
class RefundAdmin(AmountColumn, DeskAdmin):
    """Money that went back, and why."""

    list_display = (
        "public_id",
        "amount_shown",
        "reason",
        "state",
        "failure_code",
        "created_at",
    )
    list_filter = ("state", "failure_code")
    search_fields = (
        "public_id",
        "provider_ref",
        "payment__public_id",
        "order__number",
    )
    date_hierarchy = "created_at"
    inlines = (RefundLineTable,)
    actions = ("pay_again", "note_transfer")

    @admin.action(description=gettext_lazy("Pay it again"), permissions=["act"])
    def pay_again(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Send what came back once more to the means of payment."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Pay it again"),
            act=lambda row, said: pay_again(row, by=by, reason=said["reason"]),
        )

    @admin.action(description=gettext_lazy("Paid by transfer"), permissions=["act"])
    def note_transfer(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Note that what came back was paid by a transfer of one's own."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Paid by transfer"),
            form_class=TransferForm,
            act=lambda row, said: note_transfer(
                row, reference=said["reference"], by=by, reason=said["reason"]
            ),
        )


@admin.register(Invoice)
class InvoiceAdmin(AmountColumn, DeskAdmin):
    """Invoices and credit notes, numbered per seller; they never change."""

    amount_field = "total_minor"
    list_display = ("name", "kind", "brand", "order", "amount_shown", "issued_at")
    list_select_related = ("brand", "order")
    list_filter = ("kind", "brand")
    search_fields = ("name", "order__number", "public_id")
    date_hierarchy = "issued_at"
