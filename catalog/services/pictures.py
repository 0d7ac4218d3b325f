"""Pictures of products: verified, kept without their EXIF data, resized."""

import hashlib
import io
import struct
import warnings
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from PIL import Image, ImageOps

from catalog.errors import BadPicture, PictureTooLarge
from catalog.models import Product, ProductPicture, Variant
from shopfront.common.jobs import enqueue_on_commit

MOST_BYTES = 15_000_000
MOST_PIXELS = 50_000_000
KEPT_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
ORIGINAL_QUALITY = 92
LONGEST_SIDE = 2400
BLURRED_SIDE = 640
BLUR_GRAINS = 6
"""So many colours are left along the longer side of a blurred picture."""
WIDTHS = (160, 320, 640, 1080)
RENDITIONS = {
    "avif": ("AVIF", {"quality": 55, "speed": 7}),
    "webp": ("WEBP", {"quality": 76, "method": 4}),
    "jpeg": ("JPEG", {"quality": 80, "optimize": True, "progressive": True}),
}
RENDITIONS_TASK = "catalog.make_renditions_task"
State = ProductPicture.State
DONE = (State.READY, State.VEILED, State.REMOVED)
# Broken files make the decoders of the formats, and of EXIF data, raise all of these.
BROKEN = (
    OSError,
    EOFError,
    RuntimeError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    struct.error,
)


def add_picture(
    product: Product,
    file: IO[bytes],
    *,
    alt: str = "",
    variant: Variant | None = None,
) -> ProductPicture:
    """Verify an upload, keep it without its EXIF data, and have it resized.

    Args:
        product: what it is of.
        file: the upload.
        alt: what it shows, in words.
        variant: which of the product's variants it shows, if it shows one.

    Raises:
        BadPicture: not a picture, a broken one, or of a type that we do not take.
        PictureTooLarge: more than 15 MB or 50 million pixels.

    Safe to repeat: the same bytes give the product's picture that is there.
    """
    content = _read(file)
    image = _open(content)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        Product.objects.select_for_update().get(pk=product.pk)
        existing = product.pictures.filter(content_hash=digest).first()
        if existing is not None:
            return existing
        name = f"originals/{digest[:2]}/{digest}.jpg"
        if not ProductPicture.objects.filter(original=name).exists():
            _write(name, _encode_original(image))
        last = product.pictures.aggregate(last=Max("position"))["last"]
        picture = ProductPicture.objects.create(
            product=product,
            original=name,
            content_hash=digest,
            alt=alt,
            variant=variant,
            width=image.width,
            height=image.height,
            position=0 if last is None else last + 1,
        )
        enqueue_on_commit(RENDITIONS_TASK, picture.pk, queue="media")
    return picture


def clean_picture(file: IO[bytes], *, longest_side: int) -> bytes:
    """Verify an upload and return it as a JPEG of nothing but pixels.

    Raises:
        BadPicture: not a picture, a broken one, or of a type that we do not take.
        PictureTooLarge: more than 15 MB or 50 million pixels.
    """
    return _encode_original(_open(_read(file)), longest_side)


def blur_picture(content: bytes) -> bytes:
    """Return a picture of the same shape in which nothing can be made out, as JPEG.

    Raises:
        BadPicture: not a picture, a broken one, or of a type that we do not take.
        PictureTooLarge: more than 50 million pixels.
    """
    image = _open(content)
    longest = max(image.size)
    grains = [max(1, round(BLUR_GRAINS * side / longest)) for side in image.size]
    size = [max(1, round(BLURRED_SIDE * side / longest)) for side in image.size]
    coarse = image.resize((grains[0], grains[1]), Image.Resampling.BOX)
    smooth = coarse.resize((size[0], size[1]), Image.Resampling.BICUBIC)
    return _encode_original(smooth, BLURRED_SIDE)


def draw_veil() -> bytes:
    """Return a plain picture, as JPEG, for one that cannot be read here."""
    return _encode_original(Image.new("RGB", (360, BLURRED_SIDE), "#8a8580"))


def make_renditions(picture: ProductPicture) -> ProductPicture:
    """Make the widths and formats of a picture; names never change their content.

    Locks: the picture's row, so that hint and sweep do not do the same work; whoever
    comes second leaves it.

    Safe to repeat: yes; a picture of the same bytes is made once.
    """
    with transaction.atomic():
        rows = ProductPicture.objects.select_for_update(skip_locked=True)
        row = rows.filter(pk=picture.pk).exclude(state__in=DONE).first()
        if row is not None:
            twin = ProductPicture.objects.filter(
                content_hash=row.content_hash, state=State.READY
            ).first()
            row.renditions = twin.renditions if twin else _render(row)
            row.state = State.READY if row.renditions else State.FAILED
            row.save(update_fields=["renditions", "state"])
    picture.refresh_from_db()
    return picture


def make_pending_renditions(limit: int = 20) -> int:
    """Make what lost hints left undone; return how many pictures were tried."""
    rows = list(ProductPicture.objects.filter(state=State.PENDING)[:limit])
    for picture in rows:
        make_renditions(picture)
    return len(rows)


def _read(file: IO[bytes]) -> bytes:
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PictureTooLarge
    return content


def _open(content: bytes) -> Image.Image:
    """Decode a picture upright and in RGB, believing its bytes, not its name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=KEPT_FORMATS)
            if image.width * image.height > MOST_PIXELS:
                raise PictureTooLarge
            image.load()
        return _flatten(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
    except BROKEN as error:
        raise BadPicture from error


def _flatten(image: Image.Image) -> Image.Image:
    """Put a transparent picture on white; the pages' cards are light and dark."""
    if image.mode in {"RGBA", "LA", "P", "PA"}:
        clear = image.convert("RGBA")
        ground = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(ground, clear).convert("RGB")
    return image.convert("RGB")


def _encode_original(image: Image.Image, longest_side: int = LONGEST_SIDE) -> bytes:
    """Write a picture anew, so that nothing but pixels is kept."""
    image.thumbnail((longest_side, longest_side), Image.Resampling.LANCZOS)
    image.info.clear()
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=ORIGINAL_QUALITY, progressive=True)
    return buffer.getvalue()


def _render(picture: ProductPicture) -> dict[str, list[list[int | str]]]:
    """Write every width and format; nothing where the original cannot be read."""
    try:
        with default_storage.open(str(picture.original.name)) as file:
            image = _open(file.read())
    except (BadPicture, PictureTooLarge, OSError):
        return {}
    widths = [width for width in WIDTHS if width <= image.width] or [image.width]
    made: dict[str, list[list[int | str]]] = {kind: [] for kind in RENDITIONS}
    for width in widths:
        small = image.copy()
        small.thumbnail((width, width * 4), Image.Resampling.LANCZOS)
        for kind, (format_name, options) in RENDITIONS.items():
            name = f"renditions/{picture.content_hash[:24]}/{width}.{kind}"
            buffer = io.BytesIO()
            small.save(buffer, format_name, **options)
            _write(name, buffer.getvalue())
            made[kind].append([width, name])
    return made


def _write(name: str, content: bytes) -> None:
    """Write a file that no row names yet; what a crash left half of it goes."""
    default_storage.delete(name)
    default_storage.save(name, ContentFile(content))
