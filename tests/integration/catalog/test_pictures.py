"""Pictures: only real ones, without what they tell of their maker, in every width."""

import hashlib
import io
import random
import struct
import zlib
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from catalog.errors import BadPicture, PictureTooLarge
from catalog.models import ProductPicture
from catalog.selectors import describe_picture
from catalog.services import pictures
from tests.factories import make_product

pytestmark = pytest.mark.django_db


def draw(kind: str = "JPEG", size: tuple[int, int] = (1200, 800)) -> io.BytesIO:
    image = Image.effect_noise(size, 40).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: shown turned by 90 degrees
    exif[0x010F] = "Secret Camera Works"
    buffer = io.BytesIO()
    image.save(buffer, kind, exif=exif)
    buffer.seek(0)
    return buffer


def bomb() -> io.BytesIO:
    """Return a PNG of a few bytes that claims 10,000 by 10,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        mark = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + mark

    head = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99))
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b""))


def test_a_picture_is_kept_upright_and_without_its_exif_data() -> None:
    picture = pictures.add_picture(make_product(), draw(), alt="A stool")
    assert (picture.width, picture.height) == (800, 1200)
    with default_storage.open(str(picture.original.name)) as file:
        content = file.read()
    assert b"Secret Camera Works" not in content
    assert not Image.open(io.BytesIO(content)).getexif()


def test_renditions_come_in_three_formats_and_no_wider_than_the_original() -> None:
    picture = pictures.add_picture(make_product(), draw())
    before = describe_picture(picture)
    assert before is not None
    assert before.sources == ()
    picture = pictures.make_renditions(picture)
    assert picture.state == ProductPicture.State.READY
    assert [width for width, _ in picture.renditions["avif"]] == [160, 320, 640]
    for kind, name in (("AVIF", "avif"), ("WEBP", "webp"), ("JPEG", "jpeg")):
        stored = str(picture.renditions[name][0][1])
        with default_storage.open(stored) as file, Image.open(file) as image:
            assert (image.format, image.width) == (kind, 160)
    view = describe_picture(picture)
    assert view is not None
    assert [source.mime for source in view.sources] == ["image/avif", "image/webp"]
    assert "320w" in view.sources[0].srcset


def test_the_same_bytes_twice_are_one_picture() -> None:
    product, file = make_product(), draw()
    first = pictures.add_picture(product, file)
    file.seek(0)
    assert pictures.add_picture(product, file) == first
    assert product.pictures.count() == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: io.BytesIO(b"<svg onload=alert(1)>"),
        lambda: io.BytesIO(b""),
        lambda: io.BytesIO(draw().getvalue()[:400]),
        lambda: io.BytesIO(b"GIF89a" + b"\0" * 40),
    ],
    ids=["markup", "nothing", "cut off", "another type"],
)
def test_what_is_no_picture_is_refused(make: Callable[[], io.BytesIO]) -> None:
    with pytest.raises(BadPicture):
        pictures.add_picture(make_product(), make())
    assert not ProductPicture.objects.exists()


@pytest.mark.filterwarnings("ignore")  # what the decoders think of these files
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_damaged_file_is_taken_or_refused_and_never_our_fault(kind: str) -> None:
    product, luck = make_product(), random.Random(kind)
    whole = draw(kind, (64, 48)).getvalue()
    refused = 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(luck.randint(1, 4)):
            damaged[luck.randrange(min(300, len(whole)))] = luck.randrange(256)
        try:
            pictures.add_picture(product, io.BytesIO(damaged))
        except (BadPicture, PictureTooLarge):
            refused += 1
    assert refused


def test_a_picture_as_wide_as_a_rendition_is_not_made_smaller_for_it() -> None:
    picture = pictures.add_picture(make_product(), draw(size=(400, 320)))
    picture = pictures.make_renditions(picture)  # held upright: 320 wide
    assert [width for width, _ in picture.renditions["avif"]] == [160, 320]


def test_a_bomb_of_pixels_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(PictureTooLarge):
        pictures.add_picture(make_product(), bomb())


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_BYTES", 1000)
    with pytest.raises(PictureTooLarge):
        pictures.add_picture(make_product(), draw())


def test_the_sweep_makes_what_lost_hints_left_undone() -> None:
    picture = pictures.add_picture(make_product(), draw())
    assert pictures.make_pending_renditions() == 1
    assert pictures.make_pending_renditions() == 0
    picture.refresh_from_db()
    assert picture.state == ProductPicture.State.READY


def test_a_picture_whose_file_is_gone_is_marked_and_not_tried_for_ever() -> None:
    picture = pictures.add_picture(make_product(), draw())
    default_storage.delete(str(picture.original.name))
    assert pictures.make_renditions(picture).state == ProductPicture.State.FAILED
    assert pictures.make_pending_renditions() == 0


def test_files_that_a_crash_left_half_written_are_made_anew() -> None:
    file = draw()
    digest = hashlib.sha256(file.getvalue()).hexdigest()
    for name in (
        f"originals/{digest[:2]}/{digest}.jpg",
        f"renditions/{digest[:24]}/160.avif",
    ):
        default_storage.save(name, ContentFile(b"half"))
    picture = pictures.make_renditions(pictures.add_picture(make_product(), file))
    assert picture.state == ProductPicture.State.READY
    for made in (picture.original.name, picture.renditions["avif"][0][1]):
        with default_storage.open(str(made)) as stored, Image.open(stored) as image:
            image.load()


def test_a_second_product_with_the_same_bytes_shares_the_renditions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = draw()
    first = pictures.make_renditions(pictures.add_picture(make_product(), file))
    file.seek(0)

    def refuse(name: str, content: bytes) -> None:
        raise AssertionError(name)

    monkeypatch.setattr(pictures, "_write", refuse)
    second = pictures.make_renditions(pictures.add_picture(make_product(), file))
    assert second != first
    assert (second.state, second.renditions) == (first.state, first.renditions)
