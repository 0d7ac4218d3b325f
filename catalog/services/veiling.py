"""Pictures of products that were reported: blurred, taken down, shown again (C11)."""

from contextlib import suppress

from django.core.files.storage import default_storage

from catalog.models import ProductPicture
from catalog.services.pictures import RENDITIONS_TASK
from shopfront.common.jobs import enqueue_on_commit

WITHHELD = "withheld/"
"""The folder of what was taken down; no page serves it."""

State = ProductPicture.State


def exchange_product_picture(
    *, before: str, after: str, state: ProductPicture.State
) -> bool:
    """Name another file as a picture, of all products that have it; False if none has.

    In the open transaction; files are the caller's. Renditions are made anew of what
    is pending.

    Locks: the pictures' rows. Safe to repeat: yes.
    """
    rows = ProductPicture.objects.select_for_update().filter(original=before)
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    ProductPicture.objects.filter(pk__in=pks).update(
        original=after, renditions={}, state=state
    )
    if state == State.PENDING:
        for pk in pks:
            enqueue_on_commit(RENDITIONS_TASK, pk, queue="media")
    return bool(pks)


def delete_renditions(content_hash: str) -> None:
    """Delete all sizes of a picture that was taken down.

    Not where another product shows the same one. Safe to repeat: yes.
    """
    if ProductPicture.objects.filter(content_hash=content_hash, state=State.READY):
        return
    folder = f"renditions/{content_hash[:24]}"
    with suppress(FileNotFoundError):
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")
