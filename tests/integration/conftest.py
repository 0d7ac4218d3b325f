"""The fixed cast; each integration test starts with an empty Valkey."""

from collections.abc import Iterator

import pytest
import redis
from pytest_django.fixtures import Settings

from creators.models import Creator
from shopfront.common.stripe import close_sessions
from shopfront.models import User
from tests.factories import make_creator, make_user
from tests.stripe_fake import KEY, WEBHOOK_SECRET, FakeStripe, run_stripe


@pytest.fixture(autouse=True)
def empty_valkey(clean_valkey: redis.Redis) -> Iterator[None]:
    """Give each test an empty Valkey."""
    yield
    clean_valkey.close()


@pytest.fixture(scope="session")
def store_url() -> Iterator[str]:
    """Run an S3 store for the tests that need one; its import takes a second."""
    from tests.store_lab import run_store

    with run_store() as url:
        yield url


@pytest.fixture(scope="session")
def stripe_server() -> Iterator[FakeStripe]:
    """Run our own Stripe once for all tests."""
    with run_stripe() as fake:
        yield fake
    close_sessions()


@pytest.fixture
def stripe_fake(stripe_server: FakeStripe, settings: Settings) -> FakeStripe:
    """Point the shop's Stripe gateway at ours, with empty books."""
    stripe_server.clear()
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_PUBLISHABLE_KEY = "pk_test_fake"
    settings.STRIPE_WEBHOOK_SECRET = WEBHOOK_SECRET
    settings.STRIPE_API_BASE = stripe_server.base
    return stripe_server


@pytest.fixture
def shopper(db: None) -> User:
    """Make an adult who buys."""
    return make_user(email="shopper@people.example", display_name="Sam")


@pytest.fixture
def stranger(db: None) -> User:
    """Make an adult who has nothing to do with anything here."""
    return make_user(email="stranger@people.example", display_name="Stan")


@pytest.fixture
def teen(db: None) -> User:
    """Make a person whom assurance put below 18."""
    return make_user(email="teen@people.example", age_band=User.AgeBand.UNDER_18)


@pytest.fixture
def creator(db: None) -> Creator:
    """Make a verified creator."""
    user = make_user(email="creator@people.example", display_name="Ada")
    return make_creator(user=user, handle="ada", display_name="Ada")


@pytest.fixture
def staff(db: None) -> User:
    """Make a member of staff with every right."""
    return make_user(email="staff@people.example", is_staff=True, is_superuser=True)
