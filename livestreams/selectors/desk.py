"""What the desk of the staff shows of shows and rooms."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import TruncHour

from livestreams.models import (
    Appeal,
    ChatMessage,
    HelpCall,
    Livestream,
    PictureAppeal,
    Report,
    ReporterAppeal,
    VeiledPicture,
)


@dataclass(frozen=True, slots=True)
class RoomWork:
    """What waits for a person in all rooms together."""

    held: int
    reports: int
    pictures: int
    picture_appeals: int
    appeals: int
    report_appeals: int
    calls: int


def list_on_air() -> list[Livestream]:
    """List the shows that are live or paused, the longest first; one query."""
    states = [Livestream.State.LIVE, Livestream.State.PAUSED]
    rows = Livestream.objects.filter(state__in=states, rehearsal_of=None)
    rows = rows.select_related("creator")
    return list(rows.annotate(messages_count=Count("messages")).order_by("started_at"))


def list_next(now: dt.datetime, limit: int = 5) -> list[Livestream]:
    """List the shows that begin next."""
    rows = Livestream.objects.filter(
        state=Livestream.State.SCHEDULED, starts_at__gt=now, rehearsal_of=None
    )
    return list(rows.select_related("creator").order_by("starts_at")[:limit])


def count_room_work() -> RoomWork:
    """Count what is held, reported, appealed or called for, and not decided."""
    return RoomWork(
        held=ChatMessage.objects.filter(state=ChatMessage.State.HELD).count(),
        reports=Report.objects.filter(state=Report.State.OPEN).count(),
        pictures=VeiledPicture.objects.filter(state=VeiledPicture.State.OPEN).count(),
        picture_appeals=PictureAppeal.objects.filter(
            state=PictureAppeal.State.OPEN
        ).count(),
        appeals=Appeal.objects.filter(state=Appeal.State.OPEN).count(),
        report_appeals=ReporterAppeal.objects.filter(
            state=ReporterAppeal.State.OPEN
        ).count(),
        calls=HelpCall.objects.filter(answered_at=None).count(),
    )


def count_stopped_by_hour(since: dt.datetime) -> dict[dt.datetime, int]:
    """Count messages that were held or removed, per hour of writing."""
    stopped = Q(state=ChatMessage.State.HELD) | Q(state=ChatMessage.State.REMOVED)
    rows = (
        ChatMessage.objects.filter(stopped, at__gte=since)
        .order_by()
        .annotate(hour=TruncHour("at", tzinfo=dt.UTC))
        .values_list("hour")
        .annotate(Count("id"))
    )
    return dict(rows)
