"""Erasure of one person's chat (C8; Regulation (EU) 2016/679 Art. 17)."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from catalog.services.product_reports import erase_words
from livestreams.models import ChatMessage, ChatTurn, ErasureWish, Livestream, Report
from livestreams.protocol.envelopes import seal
from livestreams.protocol.events import ChatRemoved, Event
from livestreams.selectors.room import describe_held
from livestreams.services import appeals, chat_pins, polls, room, shieldings
from livestreams.services.questions import erase_questions
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit


def erase_chat(user: User, *, by: User, reason: str = "") -> int:
    """Erase text and name of all that a person wrote; return how many messages.

    Their sentences in reports of products and in appeals go too, and their votes lose
    their names, as `erase_words` and `erase_votes` say.

    Rooms and replays lose them at once. What an open report is about stays until
    it is decided (Art. 17(3)) and goes then (`erase_decided`); sanctions and
    decisions keep their facts, not the text.

    Locks: a show's messages of this person, then its sequence row; show by show.
    Safe to repeat: yes.
    """
    written = _select_written(user)
    shows = Livestream.objects.filter(pk__in=written.order_by().values("livestream"))
    erased = sum(_erase_in(show, user, by, reason) for show in shows.order_by("pk"))
    erased += erase_questions(user) + erase_words(user)
    erased += appeals.erase_words(user) + polls.erase_votes(user)
    if erased:
        _note(user, by, reason, erased)
    return erased


def erase_decided() -> int:
    """Erase lines whose authors asked for it while a report was open; return how many.

    Locks: a show's lines, then its sequence row; show by show.
    Safe to repeat: yes; a wish goes with its line.
    """
    ready = _select_undisputed(ChatMessage.objects.filter(erasure_wish__isnull=False))
    shows = Livestream.objects.filter(pk__in=ready.order_by().values("livestream"))
    return sum(_erase_decided_in(show) for show in shows.order_by("pk"))


def _erase_in(show: Livestream, user: User, by: User, reason: str) -> int:
    with transaction.atomic():
        written = _select_written(user).filter(livestream=show)
        rows = list(written.select_for_update(of=("self",)).order_by("pk"))
        # No report of a locked line can come in before this has committed.
        disputed = _list_disputed(rows)
        now = clock.now()
        ErasureWish.objects.bulk_create(
            [
                ErasureWish(message_id=pk, by=by, reason=reason[:200], asked_at=now)
                for pk in sorted(disputed)
            ],
            ignore_conflicts=True,
        )
        free = [row for row in rows if row.pk not in disputed]
        _erase(show, free)
        ChatTurn.objects.filter(livestream=show, user=user).delete()
    return len(free)


def _erase_decided_in(show: Livestream) -> int:
    wished = ChatMessage.objects.filter(livestream=show, erasure_wish__isnull=False)
    with transaction.atomic():
        chosen = _select_undisputed(wished).select_for_update(of=("self",))
        rows = list(chosen.select_related("author").order_by("pk"))
        disputed = _list_disputed(rows)
        free = {row.pk: row for row in rows if row.pk not in disputed}
        _erase(show, list(free.values()))
        wishes = ErasureWish.objects.filter(message__in=list(free))
        for wish in wishes.select_related("by"):
            _note(free[wish.message_id].author, wish.by, wish.reason, 1)
        wishes.delete()
    return len(free)


def _erase(show: Livestream, rows: Collection[ChatMessage]) -> None:
    """Empty locked lines of a show in the open transaction and tell who saw them."""
    ChatMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=ChatMessage.State.REMOVED,
        text="",
        author_name="",
        looked_at=clock.now(),
    )
    seen: list[Event] = [
        ChatRemoved(id=row.public_id)
        for row in rows
        if row.seq is not None and row.state == ChatMessage.State.VISIBLE
    ]
    seen += chat_pins.take_down(rows)
    if seen:
        room.append_events(show, seen)
    own = [row for row in rows if row.state != ChatMessage.State.VISIBLE]
    told = [
        seal(describe_held(row, state="erased"), to=row.author.public_id) for row in own
    ]
    if told:
        room.announce(show, told)
    shieldings.tell_anew(show, rows)


def _note(user: User, by: User, reason: str, count: int) -> None:
    audit.record(
        "livestreams.erase_chat",
        actor=by,
        subject_kind="user",
        subject_ref=user.public_id,
        reason=reason,
        facts={"messages": count},
    )


def _select_written(user: User) -> QuerySet[ChatMessage]:
    written = ChatMessage.objects.filter(author=user).exclude(text="")
    return written.select_related("author")


def _select_undisputed(lines: QuerySet[ChatMessage]) -> QuerySet[ChatMessage]:
    about = Report.objects.filter(message=OuterRef("pk"), state=Report.State.OPEN)
    return lines.filter(~Exists(about))


def _list_disputed(rows: Collection[ChatMessage]) -> set[int]:
    about = Report.objects.filter(state=Report.State.OPEN, message__in=rows)
    found = about.order_by().values_list("message", flat=True)
    return set(found)
