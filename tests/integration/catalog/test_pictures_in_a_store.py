"""Pictures of products in an S3 store."""

import io

import pytest
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from catalog.selectors import describe_picture
from catalog.services import pictures
from shopfront.common.stores import configure_files
from tests.factories import make_product
from tests.store_lab import list_names, make_bucket

pytestmark = pytest.mark.django_db


def draw() -> io.BytesIO:
    buffer = io.BytesIO()
    Image.effect_noise((200, 150), 40).convert("RGB").save(buffer, "PNG")
    buffer.seek(0)
    return buffer


def test_pictures_lie_in_the_bucket_and_are_shown_by_the_site(
    settings: Settings, store_url: str, client: Client
) -> None:
    place = make_bucket(store_url)
    settings.STORE = place
    settings.STORAGES = settings.STORAGES | {"default": configure_files(place)}
    picture = pictures.make_renditions(pictures.add_picture(make_product(), draw()))
    names = list_names(place)
    assert f"shopfront/files/{picture.original.name}" in names
    assert any(name.startswith("shopfront/files/renditions/") for name in names)
    shown = describe_picture(picture)
    assert shown is not None
    assert shown.src.startswith("/files/renditions/")
    answer = client.get(shown.src)
    assert answer.status_code == 200
    assert Image.open(io.BytesIO(answer.getvalue())).width == 160
    assert client.get("/files/renditions/no/160.webp").status_code == 404


def test_a_public_address_of_the_bucket_is_used_where_there_is_one(
    settings: Settings, store_url: str
) -> None:
    place = make_bucket(store_url, public_url="https://pictures.example")
    settings.STORE = place
    settings.STORAGES = settings.STORAGES | {"default": configure_files(place)}
    picture = pictures.make_renditions(pictures.add_picture(make_product(), draw()))
    shown = describe_picture(picture)
    assert shown is not None
    begins = "https://pictures.example/shopfront/files/renditions/"
    assert shown.src.startswith(begins)
