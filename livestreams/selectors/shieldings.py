"""What the shield took aside: for its authors, for the studio, in calm numbers."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from livestreams.models import ChatMessage, GoodsAlert, Livestream, Question, Shielding
from livestreams.protocol.cases import CaseLine, CaseTold
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.selectors.pins import list_products_on_screen
from orders.models import Case
from orders.selectors.cases import OfferedLine, list_paid_lines
from shopfront.common import clock

MOST_TOLD = 500
MESSAGE = "chat_message"
Kind, Answer, State = Shielding.Kind, Shielding.Answer, ChatMessage.State
ASKED = (Kind.COMPLAINT, Kind.QUALITY, Kind.DANGER)
ALERTS_SHOWN = 10
TOLD_FOR = dt.timedelta(minutes=10)
"""So long the studio says that a rule took goods off; the portal says it for good."""


@dataclass(frozen=True, slots=True)
class StudioAlert:
    """Goods that several shoppers complain about."""

    public_id: str
    title: str
    count: int
    is_pinned: bool
    is_by_rule: bool = False
    """Whether a rule took them off the screen a moment ago."""


@dataclass(frozen=True, slots=True)
class ShieldStanding:
    """What the shield keeps from the host, as numbers, never as words (C10)."""

    private_cases: int
    waiting: int
    in_room: int
    about_goods: int
    about_danger: int
    remarks: int
    alerts: tuple[StudioAlert, ...]

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to say."""
        numbers = (self.private_cases, self.waiting, self.in_room, self.remarks)
        return not (any(numbers) or self.about_goods or self.about_danger)


def describe_told(
    message: ChatMessage,
    shielding: Shielding,
    *,
    lines: Iterable[OfferedLine] = (),
    case: Case | None = None,
) -> CaseTold:
    """Return what an author is told of a line that the shield took aside."""
    states = {Answer.WAITING: "offered", Answer.CASE: "opened", Answer.ROOM: "room"}
    is_waiting = shielding.answer == Answer.WAITING
    return CaseTold(
        id=message.public_id,
        about=shielding.kind,
        text=message.text,
        state=states[Answer(shielding.answer)],
        is_shown=message.state == State.VISIBLE,
        lines=tuple(
            CaseLine(id=one.public_id, title=one.title, order=one.order_number)
            for one in lines
            if is_waiting
        ),
        number=case.number if case else "",
        url=case.get_absolute_url() if case else "",
        at=message.at,
    )


def list_envelopes(livestream: Livestream) -> list[Envelope]:
    """Return what each author knows of their lines; at most three queries."""
    rows = _select_asked().filter(livestream=livestream)
    standing = rows.exclude(message__state=State.REMOVED).order_by("-id")[:MOST_TOLD]
    return _seal_told(list(reversed(standing)))


def list_told(messages: Collection[ChatMessage]) -> list[Envelope]:
    """Return what authors are told of lines that came, went or were held since.

    One query for ordinary lines, else at most three.
    """
    rows = list(_select_asked().filter(message__in=messages).order_by("id"))
    gone = [row for row in rows if row.message.state == State.REMOVED]
    ends = [
        seal(_describe_gone(row.message, row), to=row.message.author.public_id)
        for row in gone
    ]
    return ends + _seal_told([row for row in rows if row not in gone])


def _select_asked() -> "QuerySet[Shielding]":
    """Return the lines whose authors were asked, and are told what became of them."""
    rows = Shielding.objects.filter(kind__in=ASKED).exclude(answer=Answer.ROOM)
    return rows.select_related("message__author")


def _seal_told(rows: Sequence[Shielding]) -> list[Envelope]:
    if not rows:
        return []
    lines = list_paid_lines({row.message.author_id for row in rows})
    cases = _read_cases(rows)
    return [
        seal(
            describe_told(
                row.message,
                row,
                lines=lines.get(row.message.author_id, ()),
                case=cases.get(row.message.public_id),
            ),
            to=row.message.author.public_id,
        )
        for row in rows
    ]


def _describe_gone(message: ChatMessage, shielding: Shielding) -> CaseTold:
    return CaseTold(
        id=message.public_id,
        about=shielding.kind,
        text="",
        state="gone",
        is_shown=False,
        at=message.at,
    )


def read_shield(livestream: Livestream) -> ShieldStanding:
    """Return the numbers of a show and its open alerts; three queries."""
    counts = {
        (kind, answer): count
        for kind, answer, count in Shielding.objects.filter(livestream=livestream)
        .order_by()
        .values_list("kind", "answer")
        .annotate(count=Count("id"))
    }
    answered = {
        answer: sum(count for (_, one), count in counts.items() if one == answer)
        for answer in Answer
    }
    of_kind = {
        kind: sum(count for (one, _), count in counts.items() if one == kind)
        for kind in Kind
    }
    return ShieldStanding(
        private_cases=answered[Answer.CASE],
        waiting=counts.get((Kind.COMPLAINT, Answer.WAITING), 0),
        in_room=counts.get((Kind.COMPLAINT, Answer.ROOM), 0),
        about_goods=of_kind[Kind.QUALITY],
        about_danger=of_kind[Kind.DANGER],
        remarks=of_kind[Kind.REMARK],
        alerts=_list_alerts(livestream),
    )


def count_danger(since: dt.datetime) -> int:
    """Count what was said and asked about danger since a moment."""
    asked = Question.objects.filter(is_about_danger=True, asked_at__gte=since)
    said = Shielding.objects.filter(kind=Kind.DANGER, at__gte=since)
    return said.count() + asked.count()


def count_open_alerts() -> int:
    """Count the alerts about goods that nobody has decided."""
    return GoodsAlert.objects.filter(decision=GoodsAlert.Decision.OPEN).count()


def list_untold_danger(livestream: Livestream) -> "QuerySet[Shielding]":
    """Return what was said about danger and staff has not been told, in order."""
    rows = Shielding.objects.filter(
        livestream=livestream, kind=Kind.DANGER, alerted_at=None
    )
    return rows.select_related("message").order_by("id")


def list_untold_questions(livestream: Livestream) -> "QuerySet[Question]":
    """Return what was asked about danger and staff has not been told, in order."""
    rows = Question.objects.filter(
        livestream=livestream, is_about_danger=True, alerted_at=None
    )
    return rows.order_by("id")


def _list_alerts(livestream: Livestream) -> tuple[StudioAlert, ...]:
    made = GoodsAlert.Decision
    is_by_rule = Q(
        decision=made.UNPINNED,
        decided_by=None,
        decided_at__gte=clock.now() - TOLD_FOR,
    )
    rows = GoodsAlert.objects.filter(
        Q(decision=made.OPEN) | is_by_rule, livestream=livestream
    ).select_related("variant__product")
    pinned = list_products_on_screen(livestream)
    return tuple(
        StudioAlert(
            row.public_id,
            row.variant.product.title,
            row.cases_count,
            row.variant.product_id in pinned,
            row.decision == made.UNPINNED,
        )
        for row in rows[:ALERTS_SHOWN]
    )


def _read_cases(rows: Sequence[Shielding]) -> Mapping[str, Case]:
    refs = [row.message.public_id for row in rows if row.answer == Answer.CASE]
    if not refs:
        return {}
    cases = Case.objects.filter(cause_kind=MESSAGE, cause_ref__in=refs)
    return {case.cause_ref: case for case in cases}
