"""What this process found sold out just now, so that a crowd spares the stock row."""

import datetime as dt
from collections.abc import Collection

from catalog.models import Reservation
from shopfront.common import clock

KNOWN_FOR = dt.timedelta(seconds=1)
MOST_KNOWN = 10_000

_found: dict[int, dt.datetime] = {}


def note_sold_out(variant_id: int) -> None:
    """Remember for a second that nothing was left of a variant."""
    if len(_found) >= MOST_KNOWN:
        _found.clear()
    _found[variant_id] = clock.now()


def forget_sold_out() -> None:
    """Forget everything: pieces came back."""
    _found.clear()


def is_known_sold_out(variant_id: int, *, holders: Collection[str]) -> bool:
    """Tell whether a hold would be in vain, without a look at the stock.

    Never true for somebody who has pieces of the variant under one of their names: a
    repeated tap gets these again.
    """
    found_at = _found.get(variant_id)
    if found_at is None or not dt.timedelta(0) <= clock.now() - found_at < KNOWN_FOR:
        return False
    own = Reservation.objects.filter(
        variant_id=variant_id, holder__in=holders, state=Reservation.State.HELD
    )
    return not own.exists()
