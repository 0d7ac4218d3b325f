"""Who was there: the studio of a show open in a person's own browser."""

import datetime as dt

from django.db.models import Q

from creators.models import WorkSession


def list_present(show_ref: str, *, since: dt.datetime, until: dt.datetime) -> set[int]:
    """Return the accounts that had a show's studio open between two moments.

    One query.
    """
    rows = WorkSession.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=since),
        show_ref=show_ref,
        kind=WorkSession.Kind.STUDIO,
        starts_at__lte=until,
    )
    return set(rows.values_list("user_id", flat=True))
