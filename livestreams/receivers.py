"""What follows from an order or a case: an outbox row, and nothing else."""

from typing import Any

from livestreams.services import attribution, goods_alerts
from orders.models import Case, Order


def post_order_paid(sender: type[Order], order: Order, **_facts: Any) -> None:
    """Note in the payment's transaction that an order waits for its attribution."""
    attribution.post_order_paid(order.public_id)


def post_case_opened(sender: type[Case], case: Case, **_facts: Any) -> None:
    """Note in the case's transaction that its goods may need a look."""
    goods_alerts.post_case_opened(case)
