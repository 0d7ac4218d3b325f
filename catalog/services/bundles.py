"""Bundles made, priced and ended by a brand; every price is a dated row (D5, D3)."""

from collections.abc import Sequence

from django.db import transaction

from catalog.errors import BadPrice, BundleNoSaving, BundleUnsound
from catalog.models import Brand, Bundle, BundlePart, BundlePrice, Variant
from catalog.selectors.bundles import Pieces, figure_bundle
from catalog.services.floors import check_floor
from shopfront.common import clock
from shopfront.models import Market, User
from shopfront.services import audit

FEWEST_PARTS, MOST_PARTS = 2, 6
MOST_PIECES = 20
LONGEST_TITLE = 80


def make_bundle(
    brand: Brand,
    *,
    title: str,
    pieces: Pieces,
    by: User,
    reason: str,
    first_price: tuple[Market, int] | None = None,
) -> Bundle:
    """Put variants of one brand together; the bundle is sold once it has a price.

    Args:
        brand: who sells it.
        title: as shoppers read it.
        pieces: variants, each once, and how many pieces of each.
        by: who decides it.
        reason: for the audit log.
        first_price: the market and minor units that it is first sold at.

    Raises:
        BundleUnsound: no title, too few or too many parts, or of another brand.
        BadPrice, BundleNoSaving, BelowFloor: the first price may not be.
    """
    clean = title.strip()
    _check_parts(brand, clean, pieces)
    with transaction.atomic():
        bundle = Bundle.objects.create(brand=brand, title=clean)
        BundlePart.objects.bulk_create(
            BundlePart(bundle=bundle, variant=variant, quantity=count, position=place)
            for place, (variant, count) in enumerate(pieces)
        )
        _audit("catalog.bundle_made", bundle, by, reason, parts=len(pieces))
        if first_price is not None:
            market, amount = first_price
            set_bundle_price(bundle, market, amount, by=by, reason=reason)
    return bundle


def set_bundle_price(
    bundle: Bundle, market: Market, amount_minor: int, *, by: User, reason: str
) -> BundlePrice:
    """Give a bundle a public price in a market from now on, tax included.

    Raises:
        BadPrice: not above zero, or a part is not sold in this market.
        BundleNoSaving: its parts cost no more one by one.
        BelowFloor: a part's share would be below the floor of its shelf.

    Locks: the bundle's row.
    Safe to repeat: the same price changes nothing.
    """
    if amount_minor <= 0:
        raise BadPrice
    now = clock.now()
    with transaction.atomic():
        Bundle.objects.select_for_update().get(pk=bundle.pk)
        rows = BundlePrice.objects.filter(
            bundle=bundle, market=market, valid_until=None
        )
        current = rows.first()
        if current is not None and current.amount_minor == amount_minor:
            return current
        check_bundle_price(_list_pieces(bundle), market, amount_minor)
        rows.update(valid_until=now)
        price = BundlePrice.objects.create(
            bundle=bundle,
            market=market,
            amount_minor=amount_minor,
            currency=market.currency,
            valid_from=now,
        )
        before = current.amount_minor if current is not None else None
        _audit(
            "catalog.bundle_priced",
            bundle,
            by,
            reason,
            market=market.code,
            before=before,
            after=amount_minor,
        )
    return price


def check_bundle_price(pieces: Pieces, market: Market, amount_minor: int) -> None:
    """Refuse a price that saves nothing or goes below a floor.

    Raises:
        BadPrice: a part is not sold in this market.
        BundleNoSaving: its parts cost no more one by one.
        BelowFloor: a part's share would be below the floor of its shelf.
    """
    figures = figure_bundle(pieces, market, amount_minor)
    if len(figures) < len(pieces):
        raise BadPrice
    whole = sum(one.apart.minor for one in figures)
    if amount_minor >= whole:
        raise BundleNoSaving(extra={"separate_minor": whole})
    for one in figures:
        check_floor([one.variant], market, one.each)


def end_bundle(bundle: Bundle, *, by: User, reason: str) -> bool:
    """Take a bundle off sale for good; what was bought stays. Safe to repeat: yes."""
    with transaction.atomic():
        changed = Bundle.objects.filter(pk=bundle.pk, is_active=True).update(
            is_active=False, ended_at=clock.now()
        )
        if changed:
            _audit("catalog.bundle_ended", bundle, by, reason)
    bundle.refresh_from_db()
    return bool(changed)


def _list_pieces(bundle: Bundle) -> list[tuple[Variant, int]]:
    parts = bundle.parts.select_related("variant__product")
    return [(part.variant, part.quantity) for part in parts]


def _check_parts(brand: Brand, title: str, pieces: Pieces) -> None:
    keys = {variant.pk for variant, _count in pieces}
    is_whole = (
        0 < len(title) <= LONGEST_TITLE
        and len(keys) == len(pieces)
        and FEWEST_PARTS <= len(pieces) <= MOST_PARTS
        and all(1 <= count <= MOST_PIECES for _variant, count in pieces)
    )
    if not is_whole or not _are_of(brand, [variant for variant, _count in pieces]):
        raise BundleUnsound


def _are_of(brand: Brand, variants: Sequence[Variant]) -> bool:
    return all(variant.product.brand_id == brand.pk for variant in variants)


def _audit(
    action: str, bundle: Bundle, by: User, reason: str, **facts: int | str | None
) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="bundle",
        subject_ref=bundle.public_id,
        reason=reason[:200],
        facts={"title": bundle.title, **facts},
    )
