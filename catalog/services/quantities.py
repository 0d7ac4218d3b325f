"""Net quantities of variants, without which no unit price can be shown (D3)."""

from django.db import transaction

from catalog.errors.quantities import (
    QuantityMissing,
    QuantityOtherwise,
    QuantityUnsound,
)
from catalog.models import PriceVersion, Product, Variant
from catalog.selectors.nets import find_unmeasured, lacks_net
from shopfront.common.units import MOST, SCALES, Net
from shopfront.models import Market, User
from shopfront.services import audit


def set_net_quantity(
    variant: Variant, net: Net | None, *, by: User, reason: str
) -> None:
    """State how much is in a variant without its package; None for by the piece.

    Raises:
        QuantityUnsound: not an amount above zero of a known unit.
        QuantityOtherwise: the shelf is measured in another dimension.
        QuantityMissing: it would be taken from a variant that is priced where its
            shelf asks for it.

    Locks: the variant's row.

    Safe to repeat: yes, the same quantity changes nothing.
    """
    if net is not None:
        _check(net)
    with transaction.atomic():
        locked = lock_variant(variant)
        asked = locked.product.category.measured_by
        if net is not None and asked and net.dimension != asked:
            raise QuantityOtherwise
        before = locked.net
        if before == net:
            return
        locked.net_amount = net.amount if net else None
        locked.net_unit = net.unit if net else ""
        _refuse_gap(locked)
        locked.save(update_fields=["net_amount", "net_unit"])
        audit.record(
            "catalog.net_quantity_set",
            actor=by,
            subject_kind="variant",
            subject_ref=locked.sku,
            reason=reason[:200],
            facts={
                "before": str(before) if before else "",
                "after": str(net) if net else "",
            },
        )
    variant.refresh_from_db(fields=["net_amount", "net_unit"])


def lock_variant(variant: Variant) -> Variant:
    """Lock a variant in the open transaction and read its product and shelf."""
    rows = Variant.objects.select_for_update(of=("self",))
    return rows.select_related("product__category").get(pk=variant.pk)


def refuse_unmeasured(variant: Variant, market: Market) -> None:
    """Refuse a price in a market where the shelf asks for a net quantity.

    Raises:
        QuantityMissing: the variant has none.
    """
    if lacks_net(variant, market):
        raise QuantityMissing(extra={"sku": variant.sku, "market": market.code})


def refuse_unmeasured_product(product: Product) -> None:
    """Refuse to put a product on sale that is priced where a quantity is missing.

    Raises:
        QuantityMissing: the extra says of which variant.
    """
    variant = find_unmeasured(product)
    if variant is not None:
        raise QuantityMissing(extra={"sku": variant.sku})


def _check(net: Net) -> None:
    if net.unit not in SCALES or not net.amount.is_finite():
        raise QuantityUnsound
    if not 0 < net.amount < MOST or net.amount != round(net.amount, 3):
        raise QuantityUnsound


def _refuse_gap(variant: Variant) -> None:
    prices = PriceVersion.objects.in_force().filter(variant=variant)
    for price in prices.select_related("market"):
        if variant.net is None:
            refuse_unmeasured(variant, price.market)
