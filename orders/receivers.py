"""What follows when somebody signs in, and when an order is paid."""

from typing import Any

from django.http import HttpRequest

from orders.models import Order
from orders.services.carts import merge_guest_cart
from orders.services.invoices import post_invoice
from shopfront.common.http import find_browser_key
from shopfront.models import User


def merge_cart_at_sign_in(
    sender: object, request: HttpRequest | None, user: User, **_facts: Any
) -> None:
    """Move the lines of this browser's guest cart into the account's cart."""
    key = find_browser_key(request) if request is not None else None
    if key:
        merge_guest_cart(user, key)


def ask_for_invoice(sender: type[Order], order: Order, **_facts: Any) -> None:
    """Note in the payment's transaction that the order needs its invoice."""
    post_invoice(order)
