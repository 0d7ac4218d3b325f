"""Lines that a bundle put in a cart: one per part, priced and changed together (D5)."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Bundle
from catalog.selectors.bundles import BundleView, find_bundle_view
from orders.access import Shopper
from orders.errors import BadQuantity, NotForSale
from orders.errors.bundles import BundleRaised, BundleRests
from orders.models import Cart, CartLine
from orders.services.rules import MOST_PER_LINE, check_may_buy_variant
from shopfront.common import clock
from shopfront.models import Market

Lines = Sequence[CartLine]


def read_bundle(shopper: Shopper, bundle: Bundle, market: Market) -> BundleView:
    """Return a bundle that this person may buy here now.

    Raises:
        UnderAge, AgeNotAssured, MarketClosed, NotForSale: it, or a part, may not.
        BundleRests: a part is in an offer, or it saves nothing.
    """
    view = find_bundle_view(bundle, market)
    if view is None:
        message = _("%(title)s is no longer on sale. Nothing was charged.")
        raise NotForSale(message % {"title": bundle.shown_title})
    for one in view.parts:
        check_may_buy_variant(shopper, one.variant, market)
    if view.rests:
        message = _(
            "%(title)s rests: its parts cost less one by one right now. "
            "Nothing was charged."
        )
        raise BundleRests(message % {"title": bundle.shown_title})
    return view


def check_shown(view: BundleView, shown_minor: int) -> None:
    """Refuse a bundle that is dearer than what was shown.

    Raises:
        BundleRaised: it is; `extra` holds its new price.
    """
    if view.price.minor <= shown_minor:
        return
    message = _("%(title)s now costs %(price)s. Nothing was charged.")
    raise BundleRaised(
        message % {"title": view.bundle.shown_title, "price": view.price},
        extra={"bundle": view.bundle.public_id, "amount_minor": view.price.minor},
    )


def lines_for(view: BundleView, count: int) -> list[CartLine]:
    """Return new lines of so many bundles, one per part, not saved.

    Raises:
        BadQuantity: more pieces of a part than a line may hold.
    """
    check_count(view.bundle, count)
    return [
        CartLine(
            variant=one.variant,
            quantity=one.part.quantity * count,
            price_version=one.price,
            bundle_price=view.price_row,
            bundle_count=count,
            shown_at=clock.now(),
        )
        for one in view.parts
    ]


def check_count(bundle: Bundle, count: int) -> None:
    """Refuse so many bundles that a line would hold too many pieces.

    Raises:
        BadQuantity: it would.
    """
    most = max(part.quantity for part in bundle.parts.all())
    if count < 1 or count * most > MOST_PER_LINE:
        raise BadQuantity


def group_lines(lines: Iterable[CartLine]) -> dict[Bundle, list[CartLine]]:
    """Gather the lines of bundles; they come with `bundle_price.bundle`."""
    groups: dict[Bundle, list[CartLine]] = {}
    for line in lines:
        if line.bundle_price is not None:
            groups.setdefault(line.bundle_price.bundle, []).append(line)
    return groups


def price_bundles(lines: Lines, *, shopper: Shopper, market: Market) -> None:
    """Give the lines of bundles today's prices, at most those that were shown.

    The rows are not saved.

    Raises:
        UnderAge, AgeNotAssured, MarketClosed, NotForSale, BundleRests: as
            `read_bundle`.
        BundleRaised: one has become dearer since it was shown.
    """
    for bundle, group in group_lines(lines).items():
        view = read_bundle(shopper, bundle, market)
        assert group[0].bundle_price is not None
        check_shown(view, group[0].bundle_price.amount_minor)
        _renew(group, view)


def renew_bundles(lines: Lines, *, shopper: Shopper, market: Market) -> None:
    """Give the lines of bundles today's prices, whatever was shown; not saved.

    Raises:
        UnderAge, AgeNotAssured, MarketClosed, NotForSale, BundleRests: as
            `read_bundle`.
    """
    for bundle, group in group_lines(lines).items():
        _renew(group, read_bundle(shopper, bundle, market))


def lower_bundles(lines: Lines, market: Market) -> None:
    """Give held lines of bundles a price that has become lower, and save them."""
    for bundle, group in group_lines(lines).items():
        view = find_bundle_view(bundle, market)
        assert group[0].bundle_price is not None
        shown = group[0].bundle_price.amount_minor
        if view is not None and not view.rests and view.price.minor < shown:
            _renew(group, view)
            save_prices(group)


def save_prices(lines: Lines) -> None:
    """Write the prices of lines that were renewed."""
    CartLine.objects.bulk_update(lines, ["price_version", "bundle_price", "shown_at"])


def follow_bundles(cart: Cart, market: Market) -> list[str]:
    """Take a cart's bundles to another market; return the titles that stay behind."""
    gone = []
    for bundle, group in group_lines(list_bundle_lines(cart)).items():
        view = find_bundle_view(bundle, market)
        if view is None:
            gone.append(bundle.shown_title)
            cart.lines.filter(pk__in=[line.pk for line in group]).delete()
            continue
        _renew(group, view)
        save_prices(group)
    return gone


def accept_bundle_prices(cart: Cart) -> bool:
    """Note today's prices of a cart's bundles; return whether one became dearer."""
    is_dearer = False
    for bundle, group in group_lines(list_bundle_lines(cart)).items():
        view = find_bundle_view(bundle, cart.market)
        price = group[0].bundle_price
        if view is None or price is None or view.price_row.pk == price.pk:
            continue
        is_dearer |= view.price.minor > price.amount_minor
        _renew(group, view)
        save_prices(group)
    return is_dearer


def list_bundle_lines(cart: Cart) -> list[CartLine]:
    """List a cart's lines that bundles put there, with their prices."""
    rows = cart.lines.exclude(bundle_price=None)
    return list(rows.select_related("bundle_price__bundle").order_by("pk"))


def set_bundle_count(line: CartLine, count: int) -> None:
    """Change how many bundles an open cart holds; all parts follow, or none.

    Args:
        line: any line of the bundle, with `bundle_price.bundle`.
        count: bundles; none takes it out.

    Raises:
        BadQuantity: more pieces of a part than a line may hold.

    Locks: the cart's row.
    Safe to repeat: yes.
    """
    assert line.bundle_price is not None
    bundle = line.bundle_price.bundle
    if count:
        check_count(bundle, count)
    with transaction.atomic():
        open_cart = Cart.objects.select_for_update().filter(
            pk=line.cart_id, state=Cart.State.OPEN
        )
        if not open_cart:
            return
        change_count(open_cart[0], bundle, count)


def take_bundles_over(guest: Cart, own: Cart) -> None:
    """Move a guest cart's bundles into a locked cart; those it has stay as they are."""
    there = group_lines(list_bundle_lines(own))
    for bundle, group in group_lines(list_bundle_lines(guest)).items():
        if bundle not in there:
            keys = [line.pk for line in group]
            CartLine.objects.filter(pk__in=keys).update(cart=own)


def change_count(cart: Cart, bundle: Bundle, count: int) -> None:
    """Write how many bundles a locked cart holds."""
    rows = CartLine.objects.filter(cart=cart, bundle_price__bundle=bundle)
    if not count:
        rows.delete()
        return
    pieces = {part.variant_id: part.quantity for part in bundle.parts.all()}
    changed = list(rows)
    for row in changed:
        row.quantity, row.bundle_count = pieces[row.variant_id] * count, count
    CartLine.objects.bulk_update(changed, ["quantity", "bundle_count"])


def _renew(group: Lines, view: BundleView) -> None:
    prices = {one.variant.pk: one.price for one in view.parts}
    for line in group:
        line.price_version = prices[line.variant_id]
        line.bundle_price, line.shown_at = view.price_row, clock.now()
