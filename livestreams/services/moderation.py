"""The second look at held messages, by rules that explain themselves (S3)."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from livestreams.access.bans import is_stopped
from livestreams.errors import OwnReport
from livestreams.models import ChatMessage, Report
from livestreams.models.sayings import Saying, find_saying, keep
from livestreams.services import chat, reports, words
from shopfront.common import clock
from shopfront.common.jobs import enqueue_on_commit
from shopfront.models import User

HINT_LOST_AFTER = dt.timedelta(seconds=10)
NEW_ACCOUNT = dt.timedelta(days=1)
REMOVE_FROM = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What a second look found: points, and the sentence that is stored."""

    points: int
    explanation: str
    is_for_a_person: bool = False
    """No rule may show it to all: contact details wait for a moderator, and so does
    what somebody wrote who was muted or banned since.
    """

    @property
    def is_removal(self) -> bool:
        """Whether the message goes."""
        return self.points >= REMOVE_FROM


def look_again(pk: int) -> ChatMessage | None:
    """Release or remove a held message and store why; None when it is decided.

    Some stay held until a person has looked at them.

    Safe to repeat: yes; only a message still held is decided.
    """
    message = (
        ChatMessage.objects.select_related("livestream", "author")
        .filter(pk=pk, state=ChatMessage.State.HELD, looked_at=None)
        .first()
    )
    if message is None:
        return None
    finding = weigh_message(message)
    if finding.is_removal:
        _remove(message, finding)
    elif finding.is_for_a_person:
        ChatMessage.objects.filter(pk=pk, looked_at=None).update(looked_at=clock.now())
    else:
        chat.release_message(message, by=None, reason=finding.explanation)
    return message


def decide_report(
    report: Report, state: Report.State, *, by: User, reason: str
) -> None:
    """Uphold or dismiss a report; a message that was rightly reported goes.

    Raises:
        OwnReport: nobody decides on reports of their own show or message.

    Safe to repeat: a decided report keeps its decision.
    """
    if report.message is None:
        reports.decide_show_report(report, state, by=by, reason=reason)
    elif state == Report.State.UPHELD:
        if report.message.author_id == by.pk:
            raise OwnReport
        chat.remove_message(report.message, by=by, reason=reason)
        reports.uphold_reports(report.message, by=by, reason=reason)
    else:
        reports.dismiss_reports(report.message, by=by, reason=reason)


def let_stand(message: ChatMessage, *, by: User, reason: str) -> None:
    """Let a reported or flagged message stand; who reported it is told.

    Raises:
        OwnReport: nobody decides on reports of what they wrote themselves.

    Locks: the line, then its open reports. Safe to repeat: yes.
    """
    with transaction.atomic():
        ChatMessage.objects.filter(pk=message.pk).update(is_flagged=False)
        reports.dismiss_reports(message, by=by, reason=reason)


def weigh_message(message: ChatMessage) -> Finding:
    """Count what speaks against a held message; every point is named."""
    author, show = message.author, message.livestream
    verdict = words.judge(
        message.text,
        market_id=show.market_id,
        language=show.language,
        creator_id=show.creator_id,
    )
    points, reasons = 0, []
    if verdict.action is words.Action.BLOCK:
        points, reasons = REMOVE_FROM, [Saying.ONE_BLOCKED]
    elif len(verdict.hits) > 1:
        points, reasons = 2, [Saying.SEVERAL_WORDS]
    elif verdict.hits or verdict.action is words.Action.HOLD:
        points, reasons = 1, [find_saying(verdict.why) or Saying.WORDS_HELD]
    earlier = ChatMessage.objects.filter(
        author=author, livestream=show, state=ChatMessage.State.REMOVED
    ).count()
    if earlier:
        points += 2
        reasons.append(Saying.EARLIER)
    if Report.objects.filter(message__author=author, livestream=show).exists():
        points += 1
        reasons.append(Saying.REPORTED)
    if clock.now() - author.date_joined < NEW_ACCOUNT:
        points += 1
        reasons.append(Saying.NEW_ACCOUNT)
    if not reasons:
        reasons.append(Saying.NOTHING)
    is_for_a_person = verdict.private is not None or is_stopped(author, show)
    explanation = _explain(points, reasons)
    return Finding(points, explanation, is_for_a_person=is_for_a_person)


def hint_unseen(limit: int = 200) -> int:
    """Queue held messages whose hint was lost; return how many."""
    unseen = ChatMessage.objects.filter(
        state=ChatMessage.State.HELD,
        looked_at=None,
        at__lt=clock.now() - HINT_LOST_AFTER,
    ).order_by("at")
    keys = list(unseen.values_list("pk", flat=True)[:limit])
    for pk in keys:
        enqueue_on_commit(chat.SECOND_LOOK_TASK, pk)
    return len(keys)


def _remove(message: ChatMessage, finding: Finding) -> None:
    with transaction.atomic():
        changed = ChatMessage.objects.filter(
            pk=message.pk, state=ChatMessage.State.HELD
        ).update(
            state=ChatMessage.State.REMOVED,
            why=finding.explanation,
            looked_at=clock.now(),
        )
        if changed:
            chat.note_removal(message, by=None, reason=finding.explanation)
            chat.show_removal(message)


def _explain(points: int, reasons: list[Saying]) -> str:
    is_removal = points >= REMOVE_FROM
    decision = Saying.LOOK_REMOVED if is_removal else Saying.LOOK_RELEASED
    return keep(decision, reasons=reasons)
