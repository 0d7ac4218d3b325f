"""Telling creators that the report of a show can be read (P7)."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from creators.models import Notice
from creators.services.notices import TOPIC, post_report_ready
from livestreams.models import Livestream
from shopfront.common import clock
from shopfront.models import Outbox

READY_AFTER = dt.timedelta(minutes=5)
"""By then the last steps of the funnel are summed up."""
TELL_FOR = dt.timedelta(days=1)
MOST_PER_SWEEP = 100


def tell_reports() -> int:
    """Write to creators whose shows ended minutes ago; return how many shows.

    Locks: the show's row. Safe to repeat: yes, and side by side; a show is told of
    once.
    """
    now = clock.now()
    told = Outbox.objects.filter(
        topic=TOPIC, key=Concat(Value(f"{Notice.REPORT}:"), OuterRef("public_id"))
    )
    due = Livestream.objects.filter(
        ~Exists(told),
        state=Livestream.State.ENDED,
        rehearsal_of=None,
        started_at__isnull=False,
        ended_at__lte=now - READY_AFTER,
        ended_at__gt=now - TELL_FOR,
    )
    keys = list(due.order_by("pk").values_list("pk", flat=True)[:MOST_PER_SWEEP])
    return sum(_tell(due, key) for key in keys)


def _tell(due: "QuerySet[Livestream]", key: int) -> bool:
    with transaction.atomic():
        locked = due.select_for_update(of=("self",), no_key=True)
        show = locked.select_related("creator").filter(pk=key).first()
        if show is None:
            return False
        post_report_ready(show.creator, show_ref=show.public_id, title=show.title)
    return True
