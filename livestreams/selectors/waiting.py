"""What waits for a moderator of a show: held, reported and flagged lines first (S2)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from livestreams.models import ChatMessage, Livestream, Report
from livestreams.selectors.moderation import SPARED, StudioAction, read_actions

MOST_WAITING = 40
State = ChatMessage.State


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A line that somebody has to decide about."""

    public_id: str
    author: str
    text: str
    is_held: bool
    why: str
    reports_count: int
    reasons: tuple[str, ...]
    at: dt.datetime
    may_be_muted: bool


@dataclass(frozen=True, slots=True)
class StudioDesk:
    """Shield mode and what was done in a show."""

    shielded_at: dt.datetime | None
    is_on_air: bool
    actions: tuple[StudioAction, ...]


def read_waiting(livestream: Livestream) -> tuple[WaitingLine, ...]:
    """Return what waits: most reported first, then the oldest; two queries."""
    is_open = Q(report__state=Report.State.OPEN)
    rows = list(
        ChatMessage.objects.filter(livestream=livestream)
        .annotate(open_count=Count("report", filter=is_open))
        .filter(
            Q(state=State.HELD)
            | Q(state=State.VISIBLE, open_count__gt=0)
            | Q(state=State.VISIBLE, is_flagged=True)
        )
        .order_by("-open_count", "id")[:MOST_WAITING]
    )
    reasons: dict[int, list[str]] = {}
    found = Report.objects.filter(message__in=rows, state=Report.State.OPEN)
    for message, reason in found.order_by("id").values_list("message_id", "reason"):
        reasons.setdefault(message or 0, []).append(reason)
    return tuple(
        WaitingLine(
            public_id=row.public_id,
            author=row.author_name,
            text=row.text,
            is_held=row.state == State.HELD,
            why=row.why,
            reports_count=row.open_count,
            reasons=tuple(dict.fromkeys(reasons.get(row.pk, ()))),
            at=row.at,
            may_be_muted=not set(SPARED) & set(row.badges),
        )
        for row in rows
    )


def read_desk(livestream: Livestream) -> StudioDesk:
    """Return shield mode and the newest acts; one query."""
    return StudioDesk(
        shielded_at=livestream.shielded_at,
        is_on_air=livestream.is_on_air,
        actions=read_actions(livestream),
    )
