"""Rows of models read by a statement of one's own, where the ORM's price counts."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

M = TypeVar("M", bound=Model)


class RowReader(Generic[M]):
    """Names all columns of a model and makes instances of what they hold.

    Putting a statement together anew costs the ORM more than running it.
    """

    def __init__(self, model: type[M], alias: str) -> None:
        fields = model._meta.concrete_fields
        self._model = model
        self._names = [field.attname for field in fields]
        self._key = self._names.index(str(model._meta.pk.attname))
        self._converters = [
            (place, field.from_db_value)
            for place, field in enumerate(fields)
            if hasattr(field, "from_db_value")
        ]
        self.width = len(fields)
        quote = connection.ops.quote_name
        columns = [f"{alias}.{quote(str(field.column))}" for field in fields]
        self.columns = ", ".join(columns)

    def read(self, values: Sequence[Any]) -> M | None:
        """Return the instance, or None where an outer join found nothing."""
        if values[self._key] is None:
            return None
        row = list(values)
        for place, convert in self._converters:
            row[place] = convert(row[place], None, connection)
        return self._model.from_db(DEFAULT_DB_ALIAS, self._names, row)
