"""Words of goods in the other languages of the site (M4)."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from catalog.errors.texts import TextsUnsound
from catalog.models import Bundle, Drop, Product, ProductPicture, Variant
from catalog.models.texts import Texts, Worded
from shopfront.models import User
from shopfront.services import audit


def write_texts(
    product: Product,
    texts: Texts,
    variants: Mapping[str, Texts],
    *,
    pictures: Mapping[str, Texts] | None = None,
    by: User,
    reason: str,
) -> None:
    """Write the words of a product, its variants and pictures in other languages.

    Args:
        product: whose words.
        texts: all of its own; what is left out is shown as first written.
        variants: the same of variants, by public id; those not named stay.
        pictures: the same of what its pictures show.
        by: who decides.
        reason: why; kept in the audit log.

    Raises:
        TextsUnsound: another shape, language, field or product, or too long.

    Locks: the product's row, then the variants' and the pictures', in key order.
    Safe to repeat: yes, the same texts change nothing.
    """
    with transaction.atomic():
        locked = Product.objects.select_for_update().get(pk=product.pk)
        _write(
            [
                (locked, texts),
                *_lock_parts(Variant, locked, variants),
                *_lock_parts(ProductPicture, locked, pictures or {}),
            ],
            of=locked,
            by=by,
            reason=reason,
        )
    product.refresh_from_db()


def write_titles(row: Bundle | Drop, texts: Texts, *, by: User, reason: str) -> None:
    """Write the title of a bundle or a drop in other languages.

    Raises:
        TextsUnsound: another shape, language or field, or too long.

    Locks: the row.
    Safe to repeat: yes, the same texts change nothing.
    """
    with transaction.atomic():
        rows: models.QuerySet[Any] = type(row)._default_manager.select_for_update()
        locked = rows.get(pk=row.pk)
        _write([(locked, texts)], of=locked, by=by, reason=reason)
    row.refresh_from_db()


def _lock_parts(
    model: type[Variant] | type[ProductPicture],
    product: Product,
    texts: Mapping[str, Texts],
) -> list[tuple[Worded, Texts]]:
    """Pair a product's rows with their texts, by public id.

    Raises:
        TextsUnsound: one of them is of another product, or of none.
    """
    rows: models.QuerySet[Any] = model._default_manager.select_for_update().filter(
        product=product, public_id__in=list(texts)
    )
    named = {row.public_id: row for row in rows.order_by("pk")}
    if named.keys() != texts.keys():
        raise TextsUnsound
    return [(row, texts[key]) for key, row in named.items()]


def _write(
    wanted: list[tuple[Worded, Texts]],
    *,
    of: Product | Bundle | Drop,
    by: User,
    reason: str,
) -> None:
    """Save the rows whose texts change, and record that some did."""
    changed = [row for row, said in wanted if _take(row, said)]
    for row in changed:
        row.save(update_fields=["texts"])
    if changed:
        audit.record(
            "catalog.texts_written",
            actor=by,
            subject_kind=str(of._meta.model_name),
            subject_ref=of.public_id,
            reason=reason[:200],
        )


def _take(row: Worded, texts: Texts) -> bool:
    """Set a row's texts; False if they were these already."""
    before = row.texts
    try:
        row.texts = row.clean_texts(texts)
    except ValidationError as fault:
        raise TextsUnsound(" ".join(fault.messages)) from fault
    return bool(row.texts != before)
