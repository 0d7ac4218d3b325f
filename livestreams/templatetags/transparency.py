"""How the transparency report writes its values and names."""

import datetime as dt

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from livestreams.selectors.transparency import FEW, UNSAID, Table, Value
from livestreams.selectors.transparency_words import (
    COLUMNS,
    FIRST,
    NOTES,
    TABLES,
    name_row,
)

register = template.Library()


@register.filter
def say_value(value: Value) -> str:
    """Write a number, or why there is none."""
    if value == FEW:
        return _("fewer than 5")
    if value == UNSAID:
        return _("not shown")
    if value == "":
        return "\u2013"
    places = 1 if isinstance(value, float) else 0
    return number_format(value, decimal_pos=places, force_grouping=True)


@register.filter
def table_title(table: Table) -> str:
    """Write what a table is about."""
    return str(TABLES[table.code])


@register.filter
def table_note(table: Table) -> str:
    """Write what one has to know of a table; empty where that is nothing."""
    return str(NOTES.get(table.code, ""))


@register.filter
def first_column(table: Table) -> str:
    """Write what the rows of a table are."""
    return str(FIRST[table.code])


@register.filter
def column_name(code: str) -> str:
    """Write what a column counts."""
    return str(COLUMNS[code])


@register.filter
def row_name(table: Table, code: str) -> str:
    """Write what a row is called."""
    return name_row(table.code, code)


@register.filter
def month_of(code: str) -> dt.date:
    """Return the month that a row of months is about."""
    return dt.date.fromisoformat(f"{code}-01")
