"""What one person wrote in all rooms, for that person (C8)."""

import csv
import datetime as dt
import io
from dataclasses import asdict, dataclass, fields

from livestreams.models import ChatMessage, ErasureWish, Question, Report
from livestreams.models.sayings import say
from shopfront.models import User

State = ChatMessage.State
MOST_WAITING = 100
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A message as its author takes it away."""

    id: str
    show: str
    show_title: str
    at: str
    state: str
    why: str
    text: str
    answer: str
    """What was written to a question; empty for one answered aloud and for a line."""
    erasure_asked_at: str
    """Since when its erasure waits for a decision on a report; empty if it does not."""


@dataclass(frozen=True, slots=True)
class OwnWaiting:
    """A message that only its author sees: offered a case, or held."""

    public_id: str
    text: str
    show: str
    at: dt.datetime
    why: str
    is_offered: bool
    """Whether its author may still make it a private case."""
    was_shown: bool
    """Whether the room saw it before it was held."""
    is_on_air: bool


def list_own_waiting(user: User) -> list[OwnWaiting]:
    """List what nobody decided or chose, the newest first; one query.

    The end of a show decides nothing: what waited in its room waits here.
    """
    aside = ChatMessage.objects.filter(
        author=user, state__in=(State.OFFERED, State.HELD)
    )
    rows = aside.exclude(text="").select_related("livestream").order_by("-id")
    return [
        OwnWaiting(
            public_id=row.public_id,
            text=row.text,
            show=row.livestream.title,
            at=row.at,
            why=say(row.why),
            is_offered=row.state == State.OFFERED,
            was_shown=row.seq is not None,
            is_on_air=row.livestream.is_on_air,
        )
        for row in rows[:MOST_WAITING]
    ]


def list_own_chat(user: User) -> list[OwnLine]:
    """List what a person wrote or asked and has not erased, oldest first.

    Two queries.
    """
    rows = ChatMessage.objects.filter(author=user).exclude(text="")
    asked = Question.objects.filter(asker=user).exclude(text="")
    said = rows.select_related("livestream", "erasure_wish")
    lines = [_describe(row, row.at, waits=_find_wish(row)) for row in said]
    lines += [
        _describe(row, row.asked_at)
        for row in asked.select_related("livestream", "taken_by")
    ]
    return sorted(lines, key=lambda line: line.at)


def count_own_chat(user: User) -> int:
    """Count what a person wrote or asked and has not erased."""
    said = ChatMessage.objects.filter(author=user).exclude(text="")
    return said.count() + Question.objects.filter(asker=user).exclude(text="").count()


def count_under_report(user: User) -> int:
    """Count the messages of a person that an open report keeps for now."""
    return (
        ChatMessage.objects.filter(author=user, report__state=Report.State.OPEN)
        .distinct()
        .count()
    )


def count_to_be_erased(user: User) -> int:
    """Count the messages of a person that go once a report of them is decided."""
    return ErasureWish.objects.filter(message__author=user).count()


def describe_own_chat(user: User) -> list[dict[str, str]]:
    """Return a person's chat as plain facts."""
    return [asdict(line) for line in list_own_chat(user)]


def write_own_csv(user: User) -> str:
    """Return a person's chat as a table that no spreadsheet takes for formulas."""
    page = io.StringIO()
    table = csv.writer(page)
    table.writerow([field.name for field in fields(OwnLine)])
    for facts in describe_own_chat(user):
        table.writerow([_disarm(value) for value in facts.values()])
    return page.getvalue()


def _find_wish(row: ChatMessage) -> str:
    wish: ErasureWish | None = getattr(row, "erasure_wish", None)
    return wish.asked_at.isoformat() if wish else ""


def _describe(
    row: ChatMessage | Question, at: dt.datetime, *, waits: str = ""
) -> OwnLine:
    return OwnLine(
        id=row.public_id,
        show=row.livestream.public_id,
        show_title=row.livestream.title,
        at=at.isoformat(),
        state=row.state,
        why=say(row.explanation if isinstance(row, Question) else row.why),
        text=row.text,
        answer=row.answer if isinstance(row, Question) else "",
        erasure_asked_at=waits,
    )


def _disarm(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA_SIGNS) else value
