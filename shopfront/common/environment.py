"""Reading the environment: what is wrong or missing is said in one sentence."""

import datetime as dt
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from shopfront.common.clock import parse_shift

env = environ.Env()
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def required(name: str, hint: str) -> str:
    """Return a setting that has no default.

    Raises:
        ImproperlyConfigured: It is missing or empty.
    """
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {hint}")
    return str(value)


def flag(name: str) -> bool:
    """Return a yes or no, no where nothing is said.

    Raises:
        ImproperlyConfigured: It is neither.
    """
    value = str(env.str(name, default="")).strip().lower()
    if value not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"Set {name} to 1 or 0, not {value!r}.")
    return value in _TRUE


def whole(name: str, default: int) -> int:
    """Return a whole number that is not negative.

    Raises:
        ImproperlyConfigured: It is something else.
    """
    value = str(env.str(name, default=str(default)))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"Set {name} to a whole number, not {value!r}.")
    return int(value)


def address(name: str, hint: str, *schemes: str) -> str:
    """Return an address without its last slash.

    Raises:
        ImproperlyConfigured: It is missing, or is no address of these schemes.
    """
    value = required(name, hint).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.hostname:
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(f"Set {name} to an address of {wanted}: {hint}")
    return value


def database(name: str) -> dict[str, object]:
    """Return Django's settings of the database that an address names.

    Raises:
        ImproperlyConfigured: It is no address of PostgreSQL.
    """
    value = str(env.str(name))
    if urlsplit(value).scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"Set {name} to postgres://user:password@host:5432/name."
        )
    return dict(env.db_url(name))


def shift(name: str) -> dt.timedelta:
    """Return how far the demo's clock is moved.

    Raises:
        ImproperlyConfigured: It is no shift.
    """
    try:
        return parse_shift(env.str(name, default=""))
    except ValueError as fault:
        raise ImproperlyConfigured(f"Set {name} rightly: {fault}.") from fault


def celery_url(redis_url: str) -> str:
    """Turn redis-py's form of a socket's address into Celery's."""
    if not redis_url.startswith("unix://"):
        return redis_url
    parts = urlsplit(redis_url)
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={number}"


def guess_process() -> str:
    """Tell by the command line what kind of process reads the settings."""
    program = Path(sys.argv[0])
    if "celery" in program.parts:
        return "worker"
    if program.name == "manage.py" and sys.argv[1:2] != ["media"]:
        return "command"
    return "web"
