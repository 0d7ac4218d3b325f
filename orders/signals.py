"""Facts of orders that higher apps follow; sent inside the transaction."""

from django.dispatch import Signal

order_paid = Signal()  # sender Order; order
order_cancelled = Signal()  # sender Order; order, reason
case_opened = Signal()  # sender Case; case
