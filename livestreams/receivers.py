"""What follows from an order: an outbox row, and nothing else."""

from typing import Any

from livestreams.services import attribution
from orders.models import Order


def post_order_paid(sender: type[Order], order: Order, **_facts: Any) -> None:
    """Note in the payment's transaction that an order waits for its attribution."""
    attribution.post_order_paid(order.public_id)
