"""An empty database made by our migrate and by Django's own: time, and same tables."""

import subprocess
import time
from unittest import mock

from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoCommand
from django.db import connection

from shopfront.embedded import layout_for
from shopfront.embedded.folders import postgres_program
from tests.bench.results import Result
from tests.databases import DATA_OF_TESTS

PACKAGE = "shopfront.management.commands.migrate.Command.handle"


def measure() -> list[Result]:
    """Make the tables twice in one run and compare both."""
    ours, seconds = make_tables()
    with mock.patch(PACKAGE, DjangoCommand.handle):
        theirs, slow_seconds = make_tables()
    ratio, is_same = seconds / slow_seconds, ours == theirs
    same = "yes" if is_same else "no"
    return [
        Result("ours", f"{seconds:.1f} s"),
        Result("Django's own", f"{slow_seconds:.1f} s"),
        Result("ratio", f"{ratio:.2f}", "<= 0.5", ratio <= 0.5),
        Result("same tables, triggers and indexes", same, "yes", is_same),
    ]


def make_tables() -> tuple[str, float]:
    """Return what the database dumps of an emptied and migrated schema."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    started = time.perf_counter()
    call_command("migrate", verbosity=0, interactive=False)
    seconds = time.perf_counter() - started
    layout = layout_for(DATA_OF_TESTS)
    command = [str(postgres_program("pg_dump")), "--schema-only", "--no-owner"]
    command += ["-h", layout.database_host, "-U", layout.database_user]
    dump = subprocess.run(
        [*command, connection.settings_dict["NAME"]],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = dump.stdout.splitlines()
    return "\n".join(one for one in lines if not one.startswith("\\")), seconds
