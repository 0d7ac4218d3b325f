"""The state of the databases that the demo prepares."""

import time

from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor


def is_behind(alias: str) -> bool:
    """Tell whether a database lacks migrations."""
    executor = MigrationExecutor(connections[alias])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def await_database(alias: str, *, seconds: float = 120.0) -> None:
    """Wait for a database that another process prepares meanwhile.

    Raises:
        CommandError: it lacks migrations still.
    """
    deadline = time.monotonic() + seconds
    while is_behind(alias):
        if time.monotonic() > deadline:
            raise CommandError(f"The database {alias!r} was not prepared in time.")
        time.sleep(0.2)
