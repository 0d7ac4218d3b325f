"""What waits for a moderator of a show: held, reported and flagged lines first (S2)."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, Subquery, Window
from django.db.models.functions import Coalesce

from livestreams.models import ChatMessage, Livestream, Report
from livestreams.models.sayings import say
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
class Waiting:
    """The first lines that wait, and how many wait in all."""

    lines: tuple[WaitingLine, ...]
    count: int

    @property
    def more(self) -> int:
        """How many wait behind these lines."""
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class StudioDesk:
    """Shield mode and what was done in a show."""

    shielded_at: dt.datetime | None
    is_on_air: bool
    actions: tuple[StudioAction, ...]


def read_waiting(livestream: Livestream) -> Waiting:
    """Return what waits: most reported first, then the oldest; two queries."""
    reasons: dict[int, list[str]] = {}
    found = Report.objects.filter(livestream=livestream, state=Report.State.OPEN)
    for message, reason in found.order_by("id").values_list("message_id", "reason"):
        if message is not None:
            reasons.setdefault(message, []).append(reason)
    reported = found.filter(message=OuterRef("pk")).order_by().values("message")
    times = reported.annotate(times=Count("pk")).values("times")
    rows = (
        ChatMessage.objects.filter(
            Q(state=State.HELD) | Q(is_flagged=True) | Q(pk__in=list(reasons)),
            livestream=livestream,
            state__in=(State.HELD, State.VISIBLE),
        )
        .annotate(every=Window(Count("pk")))
        .order_by(Coalesce(Subquery(times), 0).desc(), "id")[:MOST_WAITING]
    )
    lines = tuple(
        WaitingLine(
            public_id=row.public_id,
            author=row.author_name,
            text=row.text,
            is_held=row.state == State.HELD,
            why=say(row.why),
            reports_count=len(reasons.get(row.pk, ())),
            reasons=tuple(dict.fromkeys(reasons.get(row.pk, ()))),
            at=row.at,
            may_be_muted=not set(SPARED) & set(row.badges),
        )
        for row in rows
    )
    return Waiting(lines, count=rows[0].every if lines else 0)


def read_desk(livestream: Livestream) -> StudioDesk:
    """Return shield mode and the newest acts; one query."""
    return StudioDesk(
        shielded_at=livestream.shielded_at,
        is_on_air=livestream.is_on_air,
        actions=read_actions(livestream),
    )
