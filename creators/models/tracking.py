"""History of rows that jobs write by the thousand, kept statement by statement."""

from typing import Any, TypeVar

import pghistory
from django.db import models

Row = TypeVar("Row", bound=type[models.Model])


def track_sets(model: Row) -> Row:
    """Keep the history of a model that is written in sets.

    It has the same rows as `pghistory.track` would write: each as it was made or
    changed, with the request that did it. But one trigger of the statement writes
    them together, where a trigger of rows would look for the request row by row, and
    only the row's own key and the request are indexed: nobody asks for history by
    what a row points at. A primary key must never change: it joins what was and is.
    """
    fields = model._meta.local_fields
    keys = [field for field in fields if isinstance(field, models.ForeignKey)]
    attrs = {key.name: _copy_key(key) for key in keys}
    tracked: Row = pghistory.track(attrs=attrs, level=pghistory.Statement)(model)
    return tracked


def _copy_key(key: "models.ForeignKey[Any, Any]") -> "models.ForeignKey[Any, Any]":
    """Return a key with neither index nor constraint, as rows of history have it."""
    return models.ForeignKey(
        key.remote_field.model,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=key.null,
        blank=key.blank,
        related_name="+",
        related_query_name="+",
    )
