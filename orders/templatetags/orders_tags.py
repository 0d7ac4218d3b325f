"""What the cart's template reads from the stock."""

from django import template

from orders.models import CartLine

register = template.Library()


@register.filter
def left_of(available: dict[int, int], line: CartLine) -> int:
    """Return how many pieces are left of a line's variant."""
    return available.get(line.variant_id, 0)
