"""Orders and payments in the admin: everything to look at, nothing to edit."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import (
    Case,
    CaseMessage,
    Checkout,
    Order,
    OrderLine,
    Payment,
    PaymentNotice,
    Refund,
)
from orders.services.cases import MOST_TEXT, answer_case, close_case
from shopfront.common.desk import (
    AmountColumn,
    DeskAdmin,
    DeskTable,
    Rows,
    show_amount,
)
from shopfront.models import User


class OrderLineTable(DeskTable):
    """The lines of an order."""

    model = OrderLine
    fields = ("title", "sku", "quantity", "unit_minor", "tax_minor", "total_minor")


class OrderTable(DeskTable):
    """The orders of a checkout, one per brand."""

    model = Order
    related = ("brand",)
    fields = ("number", "brand", "state", "goods_minor", "shipping_minor", "currency")


class PaymentTable(DeskTable):
    """The attempts to pay a checkout."""

    model = Payment
    fields = ("gateway", "state", "amount_minor", "currency", "failure_code", "paid_at")


@admin.register(Order)
class OrderAdmin(DeskAdmin):
    """Orders, one per brand of a checkout."""

    list_display = ("number", "brand", "email", "state", "total_shown", "created_at")
    list_select_related = ("brand",)
    list_filter = ("state", "brand", "market")
    search_fields = ("number", "email", "public_id", "lines__sku")
    date_hierarchy = "created_at"
    inlines = (OrderLineTable,)

    @admin.display(description=gettext_lazy("total"))
    def total_shown(self, row: Order) -> str:
        """Format goods and delivery together."""
        return row.total.format()


@admin.register(OrderLine)
class OrderLineAdmin(AmountColumn, DeskAdmin):
    """Lines as they were sold: title, price and tax are frozen."""

    amount_field = "total_minor"
    list_display = ("title", "sku", "order", "quantity", "amount_shown")
    list_select_related = ("order",)
    search_fields = ("title", "sku", "order__number", "public_id")


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

    list_display = ("public_id", "amount_shown", "reason", "state", "created_at")
    list_filter = ("state",)
    search_fields = ("public_id", "provider_ref", "payment__public_id")
    date_hierarchy = "created_at"


class LetterForm(forms.Form):
    """What the shop writes to a shopper."""

    reason = forms.CharField(
        label=gettext_lazy("Letter"),
        max_length=MOST_TEXT,
        help_text=gettext_lazy("Sent to the shopper by e-mail, word for word."),
        widget=forms.Textarea(attrs={"class": "vLargeTextField", "autofocus": True}),
    )


class LetterTable(DeskTable):
    """The thread of a case."""

    model = CaseMessage
    related = ("author",)
    show_change_link = False
    fields = ("at", "side", "author", "text")


@admin.register(Case)
class CaseAdmin(DeskAdmin):
    """Cases of shoppers: answered and closed here, by letters that they read."""

    list_display = ("number", "kind", "state", "market", "line", "user", "opened_at")
    list_select_related = ("market", "line", "user")
    list_filter = ("state", "kind", "market")
    search_fields = ("number", "user__email", "line__sku", "line__order__number")
    date_hierarchy = "opened_at"
    inlines = (LetterTable,)
    actions = ("answer", "close")

    @admin.action(description=gettext_lazy("Answer"), permissions=["act"])
    def answer(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Write to the shoppers of cases."""
        by = _who(request)
        return self.decide(
            request,
            rows.select_related("user"),
            title=_("Answer"),
            form_class=LetterForm,
            act=lambda row, said: answer_case(row, by=by, text=said["reason"]),
        )

    @admin.action(description=gettext_lazy("Close"), permissions=["act"])
    def close(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Close cases with a last letter."""
        by = _who(request)
        return self.decide(
            request,
            rows.select_related("user"),
            title=_("Close"),
            form_class=LetterForm,
            act=lambda row, said: close_case(row, by=by, reason=said["reason"]),
        )


def _who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
