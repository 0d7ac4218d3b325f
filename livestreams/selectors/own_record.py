"""What a person did and met in rooms beside their words, for that person (C8).

Regulation (EU) 2016/679 Art. 15: what of others is in it stays out, such as a line
that was reported and who decided.
"""

import datetime as dt
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from livestreams.models import (
    Appeal,
    ChatMessage,
    ModerationAction,
    PictureAppeal,
    PollVote,
    Question,
    Report,
    ReporterAppeal,
)
from livestreams.models.sayings import say
from shopfront.models import User
from shopfront.models.appeals import AppealFacts, ErasableAppeal


def has_own_record(user: User) -> bool:
    """Whether a person voted or reported, or something was decided about them."""
    return (
        PollVote.objects.filter(user=user).exists()
        or Report.objects.filter(reporter=user).exists()
        or _select_about(user).exists()
    )


def count_own_votes(user: User) -> int:
    """Count the votes that are still tied to a person."""
    return PollVote.objects.filter(user=user, erasure_asked_at=None).count()


def count_own_appeals(user: User) -> int:
    """Count the appeals in which a person's words are kept and no erasure is asked."""
    asked = select_own_words(user)
    return sum(rows.filter(erasure_asked_at=None).count() for rows in asked)


def select_own_words(user: User) -> list["QuerySet[ErasableAppeal]"]:
    """Return the appeals, kind by kind, in which a person's words are kept."""
    kinds = (
        Appeal.objects.filter(person=user),
        PictureAppeal.objects.filter(person=user),
        ReporterAppeal.objects.filter(report__reporter=user),
    )
    return [rows.exclude(text="") for rows in kinds]


def describe_own_votes(user: User) -> list[dict[str, str]]:
    """Return what a person chose in polls as plain facts; one query."""
    rows = PollVote.objects.filter(user=user).select_related("poll__livestream")
    return [
        {
            "poll": row.poll.public_id,
            "show": row.poll.livestream.public_id,
            "question": row.poll.question,
            "choice": row.poll.options[row.choice],
            "at": row.voted_at.isoformat(),
            "erasure_asked_at": _say_when(row.erasure_asked_at),
        }
        for row in rows.order_by("pk")
    ]


def describe_own_room_reports(user: User) -> list[dict[str, Any]]:
    """Return what a person reported in rooms as plain facts; one query."""
    rows = Report.objects.filter(reporter=user).select_related("livestream", "appeal")
    return [
        {
            "receipt": row.public_id,
            "show": row.livestream.public_id,
            "about": "message" if row.message_id else "show",
            "reason": row.reason,
            "at": row.created_at.isoformat(),
            "state": row.state,
            "decided_at": _say_when(row.decided_at),
            "answer": say(row.answer),
            "appeal": _describe_reporter_appeal(row),
        }
        for row in rows.order_by("pk")
    ]


def describe_own_decisions(user: User) -> list[dict[str, Any]]:
    """Return what was decided about a person, with their appeals; four queries.

    Acts on many are in it with this person's own words alone.
    """
    lines = ChatMessage.objects.filter(author=user)
    asked = Question.objects.filter(asker=user)
    rows = _select_about(user).select_related("livestream")
    rows = rows.prefetch_related(
        Prefetch("messages", lines, to_attr="own_lines"),
        Prefetch("questions", asked, to_attr="own_questions"),
        Prefetch("appeals", user.appeals.all(), to_attr="own_appeals"),
    )
    return [_describe(row) for row in rows.order_by("pk")]


def _select_about(user: User) -> "QuerySet[ModerationAction]":
    lines = ChatMessage.objects.filter(author=user, taken_by__isnull=False)
    appealed = Appeal.objects.filter(person=user).order_by()
    return ModerationAction.objects.filter(
        Q(person=user)
        | Q(pk__in=lines.order_by().values("taken_by"))
        | Q(pk__in=appealed.values("action"))
    )


def _describe(row: Any) -> dict[str, Any]:
    words = (*row.own_lines, *row.own_questions)
    return {
        "id": row.public_id,
        "show": row.livestream.public_id,
        "kind": row.kind,
        "category": row.category,
        "reason": say(row.reason),
        "is_by_rule": row.by_id is None,
        "at": row.created_at.isoformat(),
        "until": _say_when(row.until),
        "undone_at": _say_when(row.undone_at),
        "undo_reason": say(row.undo_reason),
        "texts": [one.text for one in words if one.text],
        "appeals": [_describe_appeal(one) for one in row.own_appeals],
    }


def _describe_appeal(row: Appeal) -> dict[str, str]:
    return _describe_answered(row) | {
        "erasure_asked_at": _say_when(row.erasure_asked_at)
    }


def _describe_reporter_appeal(report: Report) -> dict[str, str] | None:
    """Return the reporter's appeal of a report that stayed without effect, if any."""
    row: AppealFacts | None = getattr(report, "appeal", None)
    return None if row is None else _describe_answered(row)


def _describe_answered(row: AppealFacts) -> dict[str, str]:
    return {
        "id": row.public_id,
        "text": row.text,
        "at": row.created_at.isoformat(),
        "state": row.state,
        "decided_at": _say_when(row.decided_at),
        "answer": say(row.answer),
    }


def _say_when(moment: dt.datetime | None) -> str:
    return moment.isoformat() if moment else ""
