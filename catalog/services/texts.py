"""Words of goods in the other languages of the site (M4)."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction

from catalog.errors.texts import TextsUnsound
from catalog.models import Product, Variant
from catalog.models.texts import Texts, Worded
from shopfront.models import User
from shopfront.services import audit


def write_texts(
    product: Product,
    texts: Texts,
    variants: Mapping[str, Texts],
    *,
    by: User,
    reason: str,
) -> None:
    """Write a product's and its variants' words in other languages.

    Args:
        product: whose words.
        texts: all of its own; what is left out is shown as first written.
        variants: the same of variants, by public id; those not named stay.
        by: who decides.
        reason: why; kept in the audit log.

    Raises:
        TextsUnsound: another shape, language, field or product, or too long.

    Locks: the product's row, then the variants', in key order.
    Safe to repeat: yes, the same texts change nothing.
    """
    with transaction.atomic():
        locked = Product.objects.select_for_update().get(pk=product.pk)
        rows = Variant.objects.select_for_update().filter(
            product=locked, public_id__in=list(variants)
        )
        named = {row.public_id: row for row in rows.order_by("pk")}
        if named.keys() != variants.keys():
            raise TextsUnsound
        wanted: list[tuple[Worded, Texts]] = [(locked, texts)]
        wanted += [(row, variants[key]) for key, row in named.items()]
        changed = [row for row, said in wanted if _take(row, said)]
        for row in changed:
            row.save(update_fields=["texts"])
        if changed:
            audit.record(
                "catalog.texts_written",
                actor=by,
                subject_kind="product",
                subject_ref=product.public_id,
                reason=reason[:200],
            )
    product.refresh_from_db()


def _take(row: Worded, texts: Texts) -> bool:
    """Set a row's texts; False if they were these already."""
    before = row.texts
    try:
        row.texts = row.clean_texts(texts)
    except ValidationError as fault:
        raise TextsUnsound(" ".join(fault.messages)) from fault
    return bool(row.texts != before)
