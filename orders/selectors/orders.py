"""Orders as their pages and e-mails show them."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet

from orders.access import Shopper
from orders.models import Checkout, Order, OrderLine, Payment, Refund
from shopfront.common.money import Money

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class CheckoutOutcome:
    """What became of a checkout's payments."""

    orders: tuple[Order, ...]
    live: Payment | None
    last: Payment | None
    refunded: Money

    @property
    def is_paid(self) -> bool:
        """Whether money was taken."""
        return self.live is not None and self.live.state == Payment.State.PAID

    @property
    def paid_orders(self) -> tuple[Order, ...]:
        """Orders that are on their way."""
        return tuple(order for order in self.orders if order.paid_at)

    @property
    def lost_orders(self) -> tuple[Order, ...]:
        """Orders whose goods were gone."""
        return tuple(
            order
            for order in self.orders
            if order.state == Order.State.CANCELLED and order.paid_at is None
        )


def get_outcome(checkout: Checkout) -> CheckoutOutcome:
    """Return how a checkout stands: its orders and payments."""
    payments = list(checkout.payments.order_by("-created_at"))
    gone = (Payment.State.FAILED, Payment.State.CANCELLED)
    refunds = Refund.objects.filter(payment__checkout=checkout)
    refunded = sum(refunds.values_list("amount_minor", flat=True))
    return CheckoutOutcome(
        orders=tuple(_with_lines(checkout.orders.all()).order_by("pk")),
        live=next((one for one in payments if one.state not in gone), None),
        last=payments[0] if payments else None,
        refunded=Money(refunded, checkout.currency),
    )


def list_orders(shopper: Shopper, *, page: int = 1) -> "Page[Order]":
    """List the placed orders of an account or of a guest's browser, newest first."""
    own = (
        Q(user=shopper.user)
        if shopper.user is not None
        else Q(user=None, checkout__browser_key=shopper.browser_key)
    )
    shown = _with_lines(Order.objects.filter(own)).exclude(
        state=Order.State.CANCELLED, paid_at=None
    )
    return Paginator(shown.order_by("-created_at"), PAGE_SIZE).get_page(page)


def get_order_page(order: Order) -> Order:
    """Return an order with all that its page shows."""
    return _with_lines(Order.objects.select_related("joins")).get(pk=order.pk)


def _with_lines(orders: "QuerySet[Order]") -> "QuerySet[Order]":
    lines = OrderLine.objects.select_related(
        "variant__product", "price_version"
    ).prefetch_related("variant__product__pictures")
    return orders.select_related("brand", "market", "checkout").prefetch_related(
        Prefetch("lines", queryset=lines)
    )
