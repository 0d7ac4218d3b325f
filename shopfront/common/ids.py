"""Public ids: what the outside world calls a row, made in Python."""

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    TextField = models.CharField[str, str]
else:
    TextField = models.CharField

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 16
_LETTERS = bytes(ord(ALPHABET[number % len(ALPHABET)]) for number in range(256))


def new_public_id() -> str:
    """Return 16 random characters of Crockford's base 32 (80 bits)."""
    return new_public_ids(1)[0]


def new_public_ids(count: int) -> list[str]:
    """Return many ids at the price of one: each asks the system for chance once.

    A thread that asks lets go of the interpreter, and waits where others are busy.
    """
    letters = secrets.token_bytes(LENGTH * count).translate(_LETTERS).decode()
    return [letters[at : at + LENGTH] for at in range(0, len(letters), LENGTH)]


class PublicIdField(TextField):
    """A unique, unchangeable public id; primary keys never leave the server."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LENGTH)
        kwargs.setdefault("default", new_public_id)
        kwargs.setdefault("unique", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Name uniqueness always: rows of history repeat the id of their row."""
        name, path, args, kwargs = super().deconstruct()
        kwargs["unique"] = self.unique
        return name, path, args, kwargs
