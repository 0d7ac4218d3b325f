"""What the templates of carts and orders read from the catalogue."""

from django import template
from django.contrib.auth.models import AnonymousUser

from catalog.models import Variant
from catalog.selectors.cards import PictureView, describe_picture
from orders.models import CartLine
from orders.selectors.cards import list_cards
from shopfront.models import User

register = template.Library()


@register.filter
def left_of(available: dict[int, int], line: CartLine) -> int:
    """Return how many pieces are left of a line's variant."""
    return available.get(line.variant_id, 0)


@register.filter
def has_kept_card(user: User | AnonymousUser) -> bool:
    """Return whether an account keeps a card to pay with; one query."""
    return isinstance(user, User) and list_cards(user).exists()


@register.filter
def picture_of(variant: Variant) -> PictureView | None:
    """Return what shows a variant, else its product; pictures were read before."""
    pictures = [one for one in variant.product.pictures.all() if one.is_shown]
    own = (one for one in pictures if one.variant_id == variant.pk)
    return describe_picture(next(own, next(iter(pictures), None)))
