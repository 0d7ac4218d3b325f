"""Orders with the actions of their life: sent, cancelled, come back, paid back."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.forms import CancelForm, ParcelForm, PiecesForm, RefundForm, ReturnForm
from orders.models import Order, OrderLine, Refund, Return, Shipment
from orders.services.cancelling import cancel_pieces
from orders.services.dispatching import deliver_order, dispatch_order
from orders.services.refunding import refund_order
from orders.services.returning import receive_return
from shopfront.common.desk import AmountColumn, Answers, DeskAdmin, DeskTable, Rows
from shopfront.common.http import person_of


class OrderLineTable(DeskTable):
    """The lines of an order."""

    model = OrderLine
    fields = (
        "title",
        "sku",
        "quantity",
        "dispatched_count",
        "cancelled_count",
        "returned_count",
        "unit_minor",
        "total_minor",
        "refunded_minor",
    )


class ParcelTable(DeskTable):
    """The parcels of an order."""

    model = Shipment
    related = ("sent_by",)
    fields = ("carrier", "tracking", "sent_at", "sent_by", "delivered_at")


class ReturnTable(DeskTable):
    """What came back of an order."""

    model = Return
    related = ("received_by",)
    fields = ("reason", "note", "received_at", "received_by")


class RefundTable(DeskTable):
    """What was paid back of an order."""

    model = Refund
    fields = ("reason", "amount_minor", "currency", "state", "created_at", "done_at")


@admin.register(Order)
class OrderAdmin(DeskAdmin):
    """Orders, one per brand of a checkout."""

    list_display = ("number", "brand", "email", "state", "total_shown", "created_at")
    list_select_related = ("brand",)
    list_filter = ("state", "brand", "market")
    search_fields = ("number", "email", "public_id", "lines__sku")
    date_hierarchy = "created_at"
    inlines = (OrderLineTable, ParcelTable, ReturnTable, RefundTable)
    actions = ("send", "deliver", "cancel", "take_back", "pay_back")

    @admin.display(description=gettext_lazy("total"))
    def total_shown(self, row: Order) -> str:
        """Format goods and delivery together."""
        return row.total.format()

    @admin.action(description=gettext_lazy("Send a parcel"), permissions=["act"])
    def send(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Send pieces of one order."""
        by = person_of(request)
        return self._decide_one(
            request,
            rows,
            _("Send a parcel"),
            ParcelForm,
            lambda row, said: dispatch_order(
                row,
                said["wanted"],
                carrier=said["carrier"],
                tracking=said["tracking"],
                tracking_url=said["tracking_url"],
                by=by,
                key=said["key"],
            ),
        )

    @admin.action(description=gettext_lazy("Note as delivered"), permissions=["act"])
    def deliver(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Note that all parcels of orders have arrived."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Note as delivered"),
            act=lambda row, _said: deliver_order(row, by=by),
        )

    @admin.action(description=gettext_lazy("Cancel pieces"), permissions=["act"])
    def cancel(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Cancel pieces of one order that were not sent, and pay them back."""
        by = person_of(request)
        return self._decide_one(
            request,
            rows,
            _("Cancel pieces"),
            CancelForm,
            lambda row, said: cancel_pieces(
                row, said["wanted"], by=by, reason=said["reason"], key=said["key"]
            ),
        )

    @admin.action(description=gettext_lazy("Receive a return"), permissions=["act"])
    def take_back(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Book what came back of one order."""
        by = person_of(request)
        return self._decide_one(
            request,
            rows,
            _("Receive a return"),
            ReturnForm,
            lambda row, said: receive_return(
                row,
                said["wanted"],
                reason=said["why"],
                is_sellable=said["is_sellable"],
                note=said["note"],
                by=by,
                key=said["key"],
            ),
        )

    @admin.action(description=gettext_lazy("Pay back"), permissions=["act"])
    def pay_back(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Pay back parts of one order."""
        by = person_of(request)
        return self._decide_one(
            request,
            rows,
            _("Pay back"),
            RefundForm,
            lambda row, said: refund_order(
                row,
                said["wanted"],
                reductions=said["reductions"],
                delivery_minor=said["delivery_minor"],
                by=by,
                reason=said["reason"],
                key=said["key"],
            ),
        )

    def _decide_one(
        self,
        request: HttpRequest,
        rows: Rows,
        title: str,
        form_class: type[PiecesForm],
        act: Callable[[Order, Answers], object],
    ) -> HttpResponse | None:
        """Ask about the lines of one order, then act on it."""
        orders = list(rows[:2])
        if len(orders) != 1:
            said = _("Choose one order: its lines are asked for.")
            self.message_user(request, said, messages.WARNING)
            return None
        return self.decide(
            request, rows, title=title, act=act, form_class=form_class.of(orders[0])
        )


@admin.register(OrderLine)
class OrderLineAdmin(AmountColumn, DeskAdmin):
    """Lines as they were sold: title, price and tax are frozen."""

    amount_field = "total_minor"
    list_display = ("title", "sku", "order", "quantity", "amount_shown")
    list_select_related = ("order",)
    search_fields = ("title", "sku", "order__number", "public_id")
