"""Errors that a person can do something about, each with a stable code."""

from collections.abc import Mapping
from typing import ClassVar

from django.db import DataError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal of the shop: a stable code, a clear sentence, and facts.

    `code` is `<app>.<snake_case>` and never changes; `message` is shown to the
    person; `extra` holds facts that an edge may show (amounts, numbers left).
    """

    code: ClassVar[str] = "shopfront.error"
    status: ClassVar[int] = 400
    default_message: ClassVar["str | Promise"] = ""

    def __init__(
        self, message: str | None = None, *, extra: Mapping[str, object] | None = None
    ) -> None:
        self.message = message or str(self.default_message)
        self.extra = dict(extra or {})
        super().__init__(self.message)


class Invalid(DomainError):
    """What was sent cannot be right whoever sends it (400)."""

    code = "shopfront.invalid"
    status = 400


class Denied(DomainError):
    """This person may not do this (403)."""

    code = "shopfront.denied"
    status = 403


class Missing(DomainError):
    """There is no such thing for this person (404)."""

    code = "shopfront.missing"
    status = 404


class Conflict(DomainError):
    """The state of the shop forbids it now (409)."""

    code = "shopfront.conflict"
    status = 409


class TextInvalid(Invalid):
    """A text with a NUL, which PostgreSQL cannot keep and nobody can type."""

    code = "shopfront.text_invalid"
    default_message = _("This text holds a character that we cannot keep.")


def find_refusal(exception: Exception) -> DomainError | None:
    """Return the refusal that an exception stands for, or None for a bug."""
    if isinstance(exception, DataError) and "NUL" in str(exception):
        return TextInvalid()
    return exception if isinstance(exception, DomainError) else None
