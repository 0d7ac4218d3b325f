"""Codes open to all, as the price record keeps them (D3)."""

import datetime as dt

from django.db import transaction

from catalog.models import PublicCode
from shopfront.common import clock
from shopfront.models import Market


def record_code(
    ref: str,
    *,
    market: Market,
    brand_id: int | None,
    percent_bps: int | None,
    amount_minor: int | None,
    minimum_minor: int,
    valid_from: dt.datetime,
    valid_until: dt.datetime | None,
) -> PublicCode:
    """Keep what a code open to all takes off, and how long.

    Terms stand once they are kept; the end may move, but no time in which the code
    could be used is forgotten.

    Locks: the code's row.
    Safe to repeat: yes.
    """
    with transaction.atomic():
        code, is_new = PublicCode.objects.select_for_update().get_or_create(
            ref=ref,
            defaults={
                "market": market,
                "brand_id": brand_id,
                "percent_bps": percent_bps,
                "amount_minor": amount_minor,
                "minimum_minor": minimum_minor,
                "valid_from": valid_from,
                "valid_until": valid_until,
            },
        )
        if not is_new:
            code.valid_until = _end_of(code, valid_until)
            code.save(update_fields=["valid_until"])
    return code


def _end_of(code: PublicCode, wanted: dt.datetime | None) -> dt.datetime | None:
    """Return the end that is wanted, but never before what has passed in use."""
    if wanted is None:
        return None
    now = clock.now()
    used_until = min(now, code.valid_until) if code.valid_until else now
    return max(wanted, used_until, code.valid_from)
