"""Pages of long shelves, whose products are not counted for every page anew."""

import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.db.models import QuerySet

from catalog.models import Product
from shopfront.common import clock

if TYPE_CHECKING:
    ProductPaginator = Paginator[Product]
else:
    ProductPaginator = Paginator

LONG = 100
"""From so many products on a count is kept: it costs more the more there are."""

KEPT = dt.timedelta(seconds=30)

ShelfKey = tuple[int, int | None, str]
_kept: dict[ShelfKey, tuple[dt.datetime, int]] = {}


class ShelfPaginator(ProductPaginator):
    """Pages of a shelf that this process counts at most twice a minute when long.

    Only the number of pages may be so old; what stands on them is read each time.
    """

    def __init__(
        self, rows: "QuerySet[Product]", per_page: int, *, key: ShelfKey
    ) -> None:
        super().__init__(rows, per_page)
        self._rows = rows
        self._key = key

    @cached_property
    def count(self) -> int:
        """How many products are on the shelf."""
        now = clock.now()
        at, count = _kept.get(self._key, (None, 0))
        if at is not None and at <= now < at + KEPT:
            return count
        count = self._rows.count()
        if count >= LONG:
            _kept[self._key] = (now, count)
        else:
            _kept.pop(self._key, None)
        return count
