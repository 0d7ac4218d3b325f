"""The seed waits for what another process prepares."""

import pytest
from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from shopfront.management.databases import await_database, is_behind

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def test_a_database_is_behind_while_a_migration_is_missing() -> None:
    recorder = MigrationRecorder(connections["sandbox"])
    newest = max(name for app, name in recorder.applied_migrations() if app == "orders")
    assert not is_behind("sandbox")
    recorder.record_unapplied("orders", newest)
    assert is_behind("sandbox")
    with pytest.raises(CommandError, match="sandbox"):
        await_database("sandbox", seconds=0)
    recorder.record_applied("orders", newest)
    await_database("sandbox", seconds=0)
