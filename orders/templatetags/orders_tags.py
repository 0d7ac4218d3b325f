"""What the templates of carts and orders read from the catalogue."""

from django import template

from catalog.models import Product
from catalog.selectors.cards import PictureView, describe_picture
from orders.models import CartLine

register = template.Library()


@register.filter
def left_of(available: dict[int, int], line: CartLine) -> int:
    """Return how many pieces are left of a line's variant."""
    return available.get(line.variant_id, 0)


@register.filter
def first_picture(product: Product) -> PictureView | None:
    """Return a product's first picture; its pictures were read before."""
    return describe_picture(next(iter(product.pictures.all()), None))
