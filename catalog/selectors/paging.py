"""Pages of long shelves, whose products are not counted for every page anew."""

import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import QuerySet

from shopfront.common import clock

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
else:
    AnyPaginator = Paginator

LONG = 100
"""From so many products on a count is kept: it costs more the more there are."""

KEPT = dt.timedelta(seconds=30)

ShelfKey = tuple[int, int | None, str]
_kept: dict[ShelfKey, tuple[dt.datetime, int]] = {}


class ShelfPaginator(AnyPaginator):
    """Pages of a shelf that this process counts at most twice a minute when long.

    Only the number of pages may be so old; what stands on them is read each time.

    Args:
        rows: what stands on the shelf, in order.
        per_page: how many on a page.
        key: which shelf it is.
        counted: keys of the same products, some of them several times.
    """

    def __init__(
        self,
        rows: "QuerySet[Any, Any]",
        per_page: int,
        *,
        key: ShelfKey,
        counted: "QuerySet[Any, int]",
    ) -> None:
        super().__init__(rows, per_page)
        self._counted = counted
        self._key = key

    @cached_property
    def count(self) -> int:
        """How many products are on the shelf."""
        now = clock.now()
        at, count = _kept.get(self._key, (None, 0))
        if at is not None and at <= now < at + KEPT:
            return count
        count = self._counted.distinct().count()
        if count >= LONG:
            _kept[self._key] = (now, count)
        else:
            _kept.pop(self._key, None)
        return count
