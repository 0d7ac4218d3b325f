"""The picture of a show: verified, shown until it is live, replaced, taken down."""

import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog.errors import BadPicture
from creators.models import Creator
from livestreams.models import Livestream
from livestreams.selectors.tiles import get_tile
from livestreams.services.posters import set_poster
from shopfront.common import clock
from shopfront.models import User
from tests.factories import make_livestream

pytestmark = pytest.mark.django_db


def draw(size: tuple[int, int] = (900, 1600)) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera Works"
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, "PNG", exif=exif)
    return buffer.getvalue()


@pytest.fixture
def show(creator: Creator) -> Livestream:
    return make_livestream(creator=creator)


def send(client: Client, show: Livestream, data: bytes, **facts: str) -> str:
    file = SimpleUploadedFile("me.png", data)
    address = reverse("creators:show-poster", args=[show.public_id])
    form: dict[str, Any] = facts or {"picture": file}
    return client.post(address, form, follow=True).content.decode()


def test_a_host_puts_a_picture_up_and_takes_it_down(
    client: Client,
    show: Livestream,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.force_login(show.creator.user)
    assert "Picture saved." in send(client, show, draw())
    show.refresh_from_db()
    first = str(show.poster)
    with default_storage.open(first) as file:
        content = file.read()
    kept = Image.open(io.BytesIO(content))
    assert (kept.format, kept.size) == ("JPEG", (720, 1280))
    assert b"Secret Camera Works" not in content
    answer = client.get(show.poster.url)
    assert "immutable" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]
    watched = client.get(show.get_absolute_url()).content.decode()
    assert f'property="og:image" content="{get_tile(show).shared_picture}"' in watched
    assert get_tile(show).shared_picture.startswith("http")
    assert show.poster.url in client.get("/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        send(client, show, draw((400, 400)))
    show.refresh_from_db()
    second = str(show.poster)
    assert second != first
    assert not default_storage.exists(first)
    with django_capture_on_commit_callbacks(execute=True):
        assert "Picture removed." in send(client, show, b"", act="remove")
        send(client, show, b"", act="remove")
    show.refresh_from_db()
    assert not show.poster
    assert not default_storage.exists(second)


def test_what_is_no_picture_is_answered_with_why(
    client: Client, show: Livestream
) -> None:
    client.force_login(show.creator.user)
    assert str(BadPicture.default_message) in send(client, show, b"<svg></svg>")
    assert "Choose a picture first." in send(client, show, b"", act="save")
    show.refresh_from_db()
    assert not show.poster


def test_a_live_show_stands_for_itself_and_its_replay_for_its_picture(
    show: Livestream,
) -> None:
    set_poster(show, ContentFile(draw()))
    assert get_tile(show).frame == show.poster.url
    show.publisher_seen_at = clock.now()
    show.save()
    assert get_tile(show).frame != show.poster.url
    assert get_tile(show).own_picture == show.poster.url
    show.publisher_seen_at, show.state = None, Livestream.State.ENDED
    show.started_at = clock.now()
    show.save()
    assert get_tile(show).frame == show.poster.url


def test_nobody_else_changes_a_shows_picture(
    client: Client, show: Livestream, stranger: User
) -> None:
    client.force_login(stranger)
    send(client, show, draw())
    show.refresh_from_db()
    assert not show.poster
