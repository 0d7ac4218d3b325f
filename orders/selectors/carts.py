"""Carts as the cart page shows them."""

from dataclasses import dataclass

from django.db.models import Sum

from catalog.models import Stock
from orders.access import Shopper
from orders.models import Cart, CartLine, Checkout
from orders.selectors.coupons import CouponView, describe_coupon
from orders.selectors.terms import sum_lines
from orders.selectors.totals import Totals


@dataclass(frozen=True, slots=True)
class CartPage:
    """A cart's sums, with what is left of each variant."""

    cart: Cart | None
    totals: Totals | None
    available: dict[int, int]
    coupon: CouponView | None = None

    @property
    def short_lines(self) -> list[CartLine]:
        """Lines that ask for more than there is."""
        if self.totals is None:
            return []
        return [
            part.line
            for seller in self.totals.sellers
            for part in seller.lines
            if part.line.quantity > self.available.get(part.line.variant_id, 0)
        ]


def list_lines(cart: Cart) -> list[CartLine]:
    """List a cart's lines with all that their sums and names need."""
    return list(
        cart.lines.select_related(
            "variant__product__brand",
            "variant__product__category",
            "price_version__market",
            "bundle_price__bundle",
            "reservation",
        )
        .prefetch_related("variant__product__pictures")
        .order_by("pk")
    )


def get_cart_page(cart: Cart | None) -> CartPage:
    """Return what the cart page shows; of no cart, an empty one."""
    lines = list_lines(cart) if cart is not None else []
    if cart is None or not lines:
        return CartPage(cart, None, {})
    stocks = Stock.objects.filter(variant__in=[line.variant_id for line in lines])
    available = {stock.variant_id: stock.available for stock in stocks}
    totals, coupon = sum_lines(lines, cart), describe_coupon(cart, lines)
    return CartPage(cart, totals, available, coupon)


def get_checkout_totals(checkout: Checkout) -> Totals:
    """Return the sums of a checkout's own lines."""
    cart = checkout.cart
    return sum_lines(list_lines(cart), cart, address=checkout.address)


def get_checkout_coupon(checkout: Checkout) -> CouponView | None:
    """Return the coupon of a checkout; no query where there is none."""
    cart = checkout.cart
    return describe_coupon(cart, list_lines(cart)) if cart.coupon_id else None


def count_pieces(shopper: Shopper) -> int:
    """Count the pieces in the shopper's open cart."""
    lines = CartLine.objects.filter(cart__state=Cart.State.OPEN)
    if shopper.user is not None:
        lines = lines.filter(cart__user=shopper.user)
    else:
        lines = lines.filter(cart__user=None, cart__browser_key=shopper.browser_key)
    return lines.aggregate(count=Sum("quantity"))["count"] or 0
