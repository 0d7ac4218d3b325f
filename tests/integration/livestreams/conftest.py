"""Shows on air, and an ear on what the rooms are told."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from catalog.models import Product
from creators.models import Creator
from creators.services.profiles import set_picture
from livestreams import broadcast
from livestreams.models import Clip, Livestream
from livestreams.protocol.envelopes import Envelope
from livestreams.services import words
from livestreams.services.posters import set_poster
from livestreams.services.shows import start_livestream
from tests.factories import make_livestream, make_product, make_replay, make_variant
from tests.pictures import draw_noise
from tests.rooms import PORTABLE, RoomServer

Told = list[Envelope]
Listen = Callable[[], AbstractContextManager[Told]]


@pytest.fixture
def product(db: None) -> Product:
    """Make a product of one variant with ten pieces at £25."""
    product: Product = make_product()
    make_variant(product=product)
    return product


@pytest.fixture
def show(creator: Creator) -> Livestream:
    """Make a show on air."""
    return start_livestream(make_livestream(creator=creator))


@pytest.fixture
def listen(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Listen:
    """Return a context whose commits are carried out and heard."""

    @contextmanager
    def listening() -> Iterator[Told]:
        told: Told = []
        with monkeypatch.context() as patch:
            patch.setattr(broadcast, "publish", lambda _, events: told.extend(events))
            with django_capture_on_commit_callbacks(execute=True):
                yield told

    return listening


@pytest.fixture(autouse=True)
def fresh_word_rules() -> Iterator[None]:
    """Read the word lists anew in each test."""
    words.forget_rules()
    yield
    words.forget_rules()


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[RoomServer]:
    """Run a web process with the fast sink."""
    process = RoomServer()
    yield process
    process.stop()


@pytest.fixture(scope="module")
def portable_server(django_db_setup: None) -> Iterator[RoomServer]:
    """Run a web process as any other server would, without the fast sink."""
    process = RoomServer(protocol=PORTABLE)
    yield process
    process.stop()


@pytest.fixture
def portrait(creator: Creator) -> str:
    """Put a creator's picture up and return its name."""
    set_picture(creator, draw_noise())
    return str(creator.picture)


@pytest.fixture
def posted(creator: Creator) -> Livestream:
    """Plan a show with a picture."""
    planned = make_livestream(creator=creator)
    set_poster(planned, io.BytesIO(draw_noise((360, 640))))
    return planned


@pytest.fixture
def clip(creator: Creator) -> Clip:
    """Make a clip that is ready to be watched."""
    return Clip.objects.create(
        livestream=make_replay(creator=creator),
        title="The stool",
        state=Clip.State.READY,
        from_ms=0,
        until_ms=4_000,
        created_by=creator.user,
    )


@pytest.fixture
def still(clip: Clip, tmp_path: Path, settings: Settings) -> Path:
    """Put a clip's first picture where its recording lies."""
    settings.MEDIA_DIR = tmp_path
    folder = tmp_path / clip.livestream.public_id
    folder.mkdir()
    path = folder / f"clip_{clip.public_id}.jpg"
    path.write_bytes(draw_noise((360, 640)))
    return path
