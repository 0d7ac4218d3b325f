"""The tests' own ground: databases and Valkey are real and apart."""

import pytest
import redis
from django.db import connections

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def test_tests_run_on_postgresql_18_in_databases_of_their_own() -> None:
    names = set()
    for alias in ("default", "sandbox"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_database(), current_setting('port')")
            names.add(cursor.fetchone()[0])
    assert len(names) == 2
    assert all(name.startswith("test_") for name in names)


def test_valkey_is_empty_when_a_test_starts(
    clean_valkey: redis.Redis,
) -> None:
    assert clean_valkey.dbsize() == 0
