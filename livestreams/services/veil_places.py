"""Where reported pictures hang and what lies in their place; where they are kept.

A creator's and a show's row, a clip and all products with a photograph name the file
that they show: the picture, its blurred copy, or nothing.
"""

from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from catalog.models import ProductPicture
from catalog.services.pictures import blur_picture, draw_veil
from catalog.services.veiling import (
    WITHHELD,
    delete_renditions,
    exchange_product_picture,
)
from creators.services.profiles import exchange_picture
from livestreams.media.bundling import open_clip
from livestreams.media.clip_files import STILL, name_clip
from livestreams.media.cutting import CuttingError
from livestreams.media.store import StoreError, open_store
from livestreams.models import Clip, VeiledPicture
from livestreams.models.veils import VEILS
from livestreams.services.posters import exchange_poster
from shopfront.common.ids import new_public_id

Kind = VeiledPicture.Kind
OfProduct = ProductPicture.State
FOLDERS = {
    Kind.PORTRAIT: "creators/",
    Kind.POSTER: "posters/",
    Kind.PRODUCT: "originals/",
}


def name_still(clip: Clip) -> str:
    """Name the first picture of a clip, which never changes."""
    return name_clip(clip.public_id, STILL)


def make_veil(picture: VeiledPicture) -> str:
    """Write a blurred copy of a picture and return its name.

    Of a clip that lies on another machine it is a plain one.

    Raises:
        OSError: the picture is not there.
    """
    if picture.clip is not None:
        content = _read_still(picture.clip)
        blurred = blur_picture(content) if content else draw_veil()
    else:
        blurred = blur_picture(_read(picture.original))
    return default_storage.save(f"{VEILS}{new_public_id()}.jpg", ContentFile(blurred))


def hang_veil(picture: VeiledPicture) -> bool:
    """Put the blurred copy in a picture's place; False where it hangs no more."""
    return _exchange(
        picture, before=picture.original, after=picture.veil, state=OfProduct.VEILED
    )


def hang_picture(picture: VeiledPicture) -> bool:
    """Put a picture in its veil's place; False where that hangs no more."""
    return _exchange(
        picture, before=picture.veil, after=picture.original, state=OfProduct.PENDING
    )


def take_down(picture: VeiledPicture) -> bool:
    """Take the blurred copy away too; False where it hangs no more.

    A clip keeps it, and plays no more: the picture is of its video.
    """
    if picture.product is not None:
        hang_veil(picture)
        return _exchange(
            picture, before=picture.veil, after=picture.veil, state=OfProduct.REMOVED
        )
    if picture.clip is not None:
        return _take_clip_down(picture.clip, picture.veil)
    return _exchange(picture, before=picture.veil, after="", state=OfProduct.REMOVED)


def hang_again(picture: VeiledPicture) -> bool:
    """Put back what was taken down; False where another picture hangs by now."""
    if picture.clip is not None:
        down = Clip.objects.filter(pk=picture.clip.pk, state=Clip.State.DOWN)
        down.update(state=Clip.State.READY)
    if picture.product is not None or picture.clip is not None:
        return hang_picture(picture)
    return _exchange(
        picture, before="", after=picture.original, state=OfProduct.PENDING
    )


def withhold(picture: VeiledPicture) -> None:
    """Move the file of a picture to where no page finds it; in the open transaction.

    Addresses that people know lead nowhere from its commit on.
    """
    before = picture.original
    _move(picture, WITHHELD)
    if picture.product is not None:
        _delete_sizes(picture, before)


def bring_back(picture: VeiledPicture) -> None:
    """Move a withheld file to a new name that pages find; in the open transaction."""
    _move(picture, FOLDERS[Kind(picture.kind)])


def delete_files(*names: str) -> None:
    """Delete files as the open transaction commits."""

    def delete() -> None:
        for name in names:
            default_storage.delete(name)

    transaction.on_commit(delete, robust=True)


def is_withheld(picture: VeiledPicture) -> bool:
    """Whether a picture's file is kept aside."""
    return picture.original.startswith(WITHHELD)


def _take_clip_down(clip: Clip, veil: str) -> bool:
    """Let a clip play no more, unless it was removed for good meanwhile."""
    veiled = Clip.objects.filter(pk=clip.pk, cover=veil)
    veiled.filter(state=Clip.State.READY).update(state=Clip.State.DOWN)
    return veiled.exists()


def _exchange(
    picture: VeiledPicture, *, before: str, after: str, state: ProductPicture.State
) -> bool:
    if picture.product is not None:
        return exchange_product_picture(before=before, after=after, state=state)
    if picture.clip is not None:
        own = picture.original
        rows = Clip.objects.filter(
            pk=picture.clip.pk, cover="" if before == own else before
        )
        return bool(rows.update(cover="" if after == own else after))
    if picture.livestream is not None:
        return exchange_poster(picture.livestream, before=before, after=after)
    assert picture.creator is not None
    return exchange_picture(picture.creator, before=before, after=after)


def _move(picture: VeiledPicture, folder: str) -> None:
    before = picture.original
    try:
        content = _read(before)
    except OSError:
        return
    name = f"{folder}{new_public_id()}.jpg"
    picture.original = default_storage.save(name, ContentFile(content))
    picture.save(update_fields=["original"])
    delete_files(before)


def _delete_sizes(picture: VeiledPicture, before: str) -> None:
    shown = ProductPicture.objects.filter(original=picture.veil)
    digests = set(shown.order_by().values_list("content_hash", flat=True))

    def delete() -> None:
        for digest in digests:
            delete_renditions(digest)

    transaction.on_commit(delete, robust=True)


def _read(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())


def _read_still(clip: Clip) -> bytes:
    folder = Path(settings.MEDIA_DIR) / clip.livestream.public_id
    store = open_store(settings.STORE)
    try:
        with open_clip(folder, name_still(clip), store) as chunks:
            return b"".join(chunks)
    except (CuttingError, StoreError, OSError):
        return b""
