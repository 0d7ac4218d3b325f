"""The databases with every migration, made once, of which tests have copies.

`python -m tests.databases` makes them on the tests' engines where they are missing.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from shopfront.embedded import Engines, Layout, layout_for
from shopfront.embedded.engines import DATABASES
from shopfront.embedded.folders import postgres_program

ROOT = Path(__file__).resolve().parent.parent
DATA_OF_TESTS = ROOT / ".test"
UNFINISHED = "unfinished_"


def digest_migrations() -> str:
    """Name the state of all migrations."""
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def name_template(alias: str) -> str:
    """Name the migrated database of which an alias's test database is a copy."""
    return f"template_{alias}_{digest_migrations()}"


def start_making() -> "subprocess.Popen[bytes]":
    """Begin to make what is missing, in a process that coverage does not count."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
    command = [sys.executable, "-W", "ignore", "-m", "tests.databases"]
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def make_templates() -> None:
    """Make what is missing; who comes meanwhile waits. Safe to repeat."""
    layout = layout_for(DATA_OF_TESTS)
    with (
        (DATA_OF_TESTS / "templates.lock").open("w") as lock,
        psycopg.connect(
            host=layout.database_host,
            user=layout.database_user,
            dbname="postgres",
            autocommit=True,
        ) as link,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        names = [name_template(alias) for alias in ("default", "sandbox")]
        if set(names) <= _drop_others(link, names):
            return
        _migrate(link, *(UNFINISHED + name for name in names))
        for name in names:
            statement = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(UNFINISHED + name), sql.Identifier(name)
            )
            link.execute(statement)


def fill_new_cluster(data: Path) -> None:
    """Make a demo's data folder with the migrated databases, where there is none.

    Raises:
        subprocess.CalledProcessError: a table could not be copied.
    """
    if data.exists():
        return
    layout = layout_for(data)
    source = layout_for(DATA_OF_TESTS)
    with Engines(layout, fast=True):
        for alias, name in zip(("default", "sandbox"), DATABASES, strict=True):
            dump = subprocess.run(
                _client("pg_dump", source, name_template(alias)),
                capture_output=True,
                check=True,
            )
            subprocess.run(
                [*_client("psql", layout, name), "-q1", "-v", "ON_ERROR_STOP=1"],
                input=dump.stdout,
                stdout=subprocess.DEVNULL,
                check=True,
            )


def _client(program: str, layout: Layout, database: str) -> list[str]:
    """Return the command line of a program that speaks to a database."""
    host, user = layout.database_host, layout.database_user
    return [str(postgres_program(program)), "-h", host, "-U", user, "-d", database]


def _drop_others(link: "psycopg.Connection[tuple[str]]", names: list[str]) -> set[str]:
    """Drop what other migrations or a run cut off left; return what is there."""
    rows = link.execute("SELECT datname FROM pg_database").fetchall()
    present = {row[0] for row in rows}
    for name in present:
        if name.startswith(("template_", UNFINISHED)) and name not in names:
            link.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
    return present


def _migrate(link: "psycopg.Connection[tuple[str]]", shop: str, books: str) -> None:
    """Make and migrate both databases."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    for alias, name in (("default", shop), ("sandbox", books)):
        link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        connections[alias].settings_dict["NAME"] = name
        call_command("migrate", database=alias, verbosity=0)
        connections[alias].close()


if __name__ == "__main__":
    make_templates()
