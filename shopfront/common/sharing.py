"""What pages show to everybody alike, read once for all who ask within a moment."""

import datetime as dt
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import get_language

from shopfront.common import clock

Read = TypeVar("Read")

MOST_KEPT = 200
"""Addresses are made up by anybody, so what is kept has a bound."""

_kept: dict[tuple[Hashable, ...], tuple[dt.datetime, Any]] = {}


def read_shared(read: Callable[[], Read], *key: Hashable) -> Read:
    """Return what was read for a key in the last `SHARED_SECONDS`, else read it now.

    For pages that need nobody's own facts: no price, pin or stock may be older than
    a second. Each language has its own. Who gets it must not change it.
    """
    now = clock.now()
    name = (get_language(), *key)
    kept = _kept.get(name)
    if kept is not None and _is_fresh(kept[0], now):
        found: Read = kept[1]
        return found
    fresh = read()
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[name] = (now, fresh)
    return fresh


def _is_fresh(at: dt.datetime, now: dt.datetime) -> bool:
    seconds: float = settings.SHARED_SECONDS
    return 0 <= (now - at).total_seconds() < seconds
