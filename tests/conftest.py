"""Engines, databases and clean slates for the tests."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import redis
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from pytest_django.plugin import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

from shopfront.embedded import Engines, layout_for
from tests.databases import (
    DATA_OF_TESTS,
    digest_migrations,
    name_template,
    start_making,
)

WAIT_SECONDS = 900  # another run in this checkout ends first
JOURNEYS = "tests/browser/"
KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission")
EMPTY = """
DO $$ DECLARE name text; is_filled boolean; BEGIN
  SET LOCAL session_replication_role = replica; -- neither triggers nor foreign keys
  FOR name IN SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> ALL (%s)
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %%s)', name) INTO is_filled;
    IF is_filled THEN EXECUTE format('DELETE FROM %%s', name); END IF;
  END LOOP;
END $$
"""
_held = pytest.StashKey[Engines]()
_making = pytest.StashKey[subprocess.Popen[bytes]]()

# How long a busy machine takes says nothing about what a property promises.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


def start_engines() -> Engines | None:
    """Start the tests' engines unless the environment names others."""
    if "DATABASE_URL" in os.environ:
        return None
    engines = Engines(
        layout_for(DATA_OF_TESTS),
        on_progress=None,
        fast=True,
        wait_seconds=WAIT_SECONDS,
    )
    engines.start()
    return engines


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the engines in the controller of several workers, once for all."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    config = session.config
    is_controller = not hasattr(config, "workerinput")
    if is_controller and config.getoption("numprocesses", None):
        engines = start_engines()
        if engines is not None:
            config.stash[_held] = engines
            config.stash[_making] = start_making()


class FilesInOrder(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each file to one worker, and all the journeys, which share one demo.

    What a file starts for its tests is started once, and the short files of
    `tests/unit` come last, so that no worker waits long for another in the end.
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        config.option.loadscopereorder = False  # most tests first: not the longest
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        """Name the unit of a test: its file, or all the journeys."""
        file = nodeid.partition("::")[0]
        return "journeys" if file.startswith(JOURNEYS) else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the journeys: a worker is busy with them for longest."""
    items.sort(key=lambda item: not item.nodeid.startswith(JOURNEYS))


def pytest_xdist_make_scheduler(
    config: pytest.Config, log: Producer
) -> LoadScopeScheduling:
    """Share the tests out; xdist's own groups do not work with this pytest."""
    return FilesInOrder(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the controller started."""
    if _making in config.stash:
        config.stash[_making].terminate()
        config.stash[_making].wait()
    if _held in config.stash:
        config.stash[_held].stop()


@pytest.fixture(scope="session", autouse=True)
def folders() -> None:
    """Make the folders that the site expects to find."""
    for folder in (settings.STATIC_ROOT, settings.MEDIA_ROOT):
        Path(folder).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def engines(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run PostgreSQL and Valkey, started here or by the controller."""
    if hasattr(request.config, "workerinput"):
        yield
        return
    started = start_engines()
    yield
    if started is not None:
        started.stop()


@pytest.fixture(scope="session", autouse=True)
def quick_emptying() -> Iterator[None]:
    """Empty the databases after tests that commit by deleting what is there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty)
        yield


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Keep the test databases for the next run."""
    return True


@pytest.fixture(scope="session")
def django_db_createdb() -> bool:
    """Make the databases anew when a migration changed or a run was cut off."""
    return not _kept_mark().exists()


@pytest.fixture(scope="session")
def templates(engines: None) -> None:
    """Wait for the migrated databases, or make them, and name them to be copied."""
    if "DATABASE_URL" in os.environ:
        return
    assert start_making().wait() == 0, "the migrations do not run"
    for alias in connections:
        test = connections[alias].settings_dict["TEST"]
        test["TEMPLATE"] = name_template(alias)


@pytest.fixture(scope="session")
def django_db_setup(
    templates: None,
    django_db_createdb: bool,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Set the databases up once the engines run."""
    mark = _kept_mark()
    mark.parent.mkdir(parents=True, exist_ok=True)
    for old in mark.parent.glob(f"{_worker()}-*"):
        old.unlink()
    yield
    mark.touch()


@pytest.fixture
def clean_valkey(engines: None) -> redis.Redis:
    """Empty this worker's Valkey database and return a client of it."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.flushdb()
    return client


def _empty(case: TransactionTestCase) -> None:
    """Delete what a test committed, in place of Django's flush.

    That truncates every table, a few hundred files for a handful of rows, and makes
    content types and permissions anew: ten times as slow, and they never change.
    """
    for alias in set(connections) & set(case.databases):
        with connections[alias].cursor() as cursor:
            cursor.execute(EMPTY, [list(KEPT_TABLES)])


def _kept_mark() -> Path:
    """Name the file that says: databases of these migrations are kept whole."""
    return DATA_OF_TESTS / "kept" / f"{_worker()}-{digest_migrations()}"


def _worker() -> str:
    """Name this worker of several, or the only one."""
    return os.environ.get("PYTEST_XDIST_WORKER", "alone")
