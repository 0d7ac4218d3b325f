"""Shows on air, and an ear on what the rooms are told."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog.models import Product
from creators.models import Creator
from livestreams import broadcast
from livestreams.models import Livestream
from livestreams.protocol.envelopes import Envelope
from livestreams.services import words
from livestreams.services.shows import start_livestream
from tests.factories import make_livestream, make_product, make_variant
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
