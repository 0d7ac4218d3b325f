"""What was decided in rooms: for snapshots, for the studio, for the person."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from livestreams.models import (
    Appeal,
    BanShare,
    Category,
    ChatMessage,
    HelpCall,
    Livestream,
    ModerationAction,
    Question,
    Report,
)
from livestreams.models.sayings import say
from livestreams.protocol.envelopes import HOSTS, Envelope, seal
from livestreams.protocol.moderating import HelpChanged, ModerationTold, ShieldChanged
from shopfront.common import clock
from shopfront.models import User

TOLD = (ModerationAction.Kind.MUTE, ModerationAction.Kind.BAN)
MOST_TOLD = 500
MOST_SHOWN = 30
SPARED = ["host", "co_host", "moderator", "staff"]


@dataclass(frozen=True, slots=True)
class StudioAction:
    """An act as the studio lists it: who, what, why, until when, and undone or not."""

    public_id: str
    kind: str
    label: str
    person: str
    phrase: str
    by: str
    reason: str
    until: dt.datetime | None
    at: dt.datetime
    is_undone: bool
    undone_by: str


@dataclass(frozen=True, slots=True)
class StudioHelp:
    """The latest call for help in a show."""

    public_id: str
    caller: str
    words: str
    called_at: dt.datetime
    is_widened: bool
    reached: str
    """Who is called first, as a sentence."""
    answered_by: str


@dataclass(frozen=True, slots=True)
class OwnAction:
    """A decision as the person concerned reads it."""

    public_id: str
    label: str
    show: str
    host: str
    category: str
    reason: str
    texts: tuple[str, ...]
    until: dt.datetime | None
    at: dt.datetime
    undone_at: dt.datetime | None
    undo_reason: str
    by: str
    """Who decided; nobody where a rule acted."""
    is_for_all_shows: bool
    shared_with: tuple[str, ...]
    appeal: Appeal | None


def list_envelopes(livestream: Livestream) -> list[Envelope]:
    """Return what a fresh room says of moderation; two queries, three under shield."""
    told = ModerationAction.objects.filter(
        livestream=livestream, kind__in=TOLD, undone_at=None
    ).select_related("person")
    envelopes = [tell_about(row) for row in reversed(told.order_by("-id")[:MOST_TOLD])]
    if livestream.shielded_at is not None:
        envelopes.append(seal(describe_shield(livestream)))
    call = (
        HelpCall.objects.filter(livestream=livestream, answered_at=None)
        .select_related("by", "answered_by")
        .first()
    )
    if call is not None:
        envelopes.append(seal(describe_help(call), to=HOSTS))
    return envelopes


def tell_about(action: ModerationAction) -> Envelope:
    """Return an act for the person it is about."""
    assert action.person is not None
    event = ModerationTold(
        id=action.public_id,
        act=action.kind,
        reason=say(action.reason, language=action.person.language),
        until=action.until,
        is_undone=action.undone_at is not None,
        at=action.created_at,
    )
    return seal(event, to=action.person.public_id)


def describe_shield(livestream: Livestream, *, is_on: bool = True) -> ShieldChanged:
    """Return where shield mode stands; off is one version newer than on."""
    at = livestream.shielded_at or clock.now()
    version = int(at.timestamp() * 1_000_000) + (0 if is_on else 1)
    return ShieldChanged(is_on=is_on, at=at, version=version)


def describe_help(call: HelpCall) -> HelpChanged:
    """Return a call for help as the host's side sees it."""
    return HelpChanged(
        id=call.public_id,
        caller=call.by.name,
        words=call.words,
        answered_by=call.answered_by.name if call.answered_by else "",
        at=call.called_at,
        version=2 if call.answered_by else 1,
    )


def read_actions(livestream: Livestream) -> tuple[StudioAction, ...]:
    """Return the newest acts in a show; one query."""
    rows = ModerationAction.objects.filter(livestream=livestream)
    related = rows.select_related("person", "by", "undone_by")
    return tuple(_describe(row) for row in related[:MOST_SHOWN])


def find_shield(livestream: Livestream) -> ModerationAction | None:
    """Return the shield mode that stands in a show; one query."""
    kind = ModerationAction.Kind.SHIELD
    acts = ModerationAction.objects.filter(livestream=livestream, kind=kind)
    return acts.filter(undone_at=None).select_related("livestream").first()


def read_help(livestream: Livestream) -> StudioHelp | None:
    """Return the latest call for help in a show, if there was any; one query."""
    calls = HelpCall.objects.filter(livestream=livestream)
    call = calls.select_related("by", "answered_by").first()
    if call is None:
        return None
    return StudioHelp(
        public_id=call.public_id,
        caller=call.by.name,
        words=call.words,
        called_at=call.called_at,
        is_widened=call.widened_at is not None,
        reached=call.get_reach_display(),
        answered_by=call.answered_by.name if call.answered_by else "",
    )


def list_own_actions(user: User) -> list[OwnAction]:
    """List what was decided about a person, the newest first; five queries.

    Mass acts that took a line of theirs are among it.
    """
    lines = ChatMessage.objects.filter(author=user, taken_by__isnull=False)
    asked = Question.objects.filter(asker=user)
    rows = list(
        ModerationAction.objects.filter(
            Q(person=user) | Q(pk__in=lines.order_by().values("taken_by"))
        )
        .select_related("livestream__creator", "sanction", "by")
        .prefetch_related(
            Prefetch("messages", lines, to_attr="own_lines"),
            Prefetch("questions", asked, to_attr="own_questions"),
            Prefetch("appeals", user.appeals.all(), to_attr="own_appeals"),
        )[:MOST_SHOWN]
    )
    takers: dict[int, list[str]] = {}
    shares = BanShare.objects.filter(giver__in=_list_givers(rows), ended_at=None)
    for giver, name in shares.exclude(accepted_at=None).values_list(
        "giver_id", "taker__display_name"
    ):
        takers.setdefault(giver, []).append(name)
    return [_describe_own(row, takers) for row in rows]


def list_own_reports(user: User) -> list[Report]:
    """List what a person reported, the newest first; one query."""
    related = ("livestream", "appeal")
    rows = Report.objects.filter(reporter=user).select_related(*related)
    return list(rows[:MOST_SHOWN])


def count_matching(livestream: Livestream, phrase: str) -> int:
    """Count the lines of a room that a phrase would remove."""
    return select_matching(livestream, phrase).count()


def count_left(action: ModerationAction) -> int:
    """Count the lines that an act on a phrase still has to remove."""
    return select_left(action).count()


def select_left(action: ModerationAction) -> QuerySet[ChatMessage]:
    """Return the lines that an act on a phrase is about and that are not gone yet.

    What was written after it is not its matter, nor of whom an appeal was granted.
    """
    rows = select_matching(action.livestream, action.phrase)
    granted = action.appeals.filter(state=Appeal.State.GRANTED)
    return rows.filter(at__lte=action.created_at).exclude(
        author__in=granted.values("person")
    )


def select_matching(livestream: Livestream, phrase: str) -> QuerySet[ChatMessage]:
    """Return the lines of a room that hold a phrase; the host's side is spared."""
    rows = ChatMessage.objects.filter(livestream=livestream, text__icontains=phrase)
    in_room = (ChatMessage.State.VISIBLE, ChatMessage.State.HELD)
    return rows.filter(state__in=in_room).exclude(badges__has_any_keys=SPARED)


def _list_givers(rows: Sequence[ModerationAction]) -> set[int]:
    givers = {_giver_of(row) for row in rows}
    return {giver for giver in givers if giver is not None}


def _giver_of(row: ModerationAction) -> int | None:
    sanction = getattr(row, "sanction", None)
    return sanction.creator_id if sanction else None


def _describe(row: ModerationAction) -> StudioAction:
    return StudioAction(
        public_id=row.public_id,
        kind=row.kind,
        label=row.get_kind_display(),
        person=row.person.name if row.person else "",
        phrase=row.phrase,
        by=row.by.name if row.by else "",
        reason=say(row.reason),
        until=row.until,
        at=row.created_at,
        is_undone=row.undone_at is not None,
        undone_by=row.undone_by.name if row.undone_by else "",
    )


def _describe_own(row: ModerationAction, takers: dict[int, list[str]]) -> OwnAction:
    giver = _giver_of(row)
    own_lines: list[ChatMessage] = row.own_lines  # type: ignore[attr-defined]
    own_questions: list[Question] = row.own_questions  # type: ignore[attr-defined]
    own_appeals: list[Appeal] = row.own_appeals  # type: ignore[attr-defined]
    said = [one.text for one in own_lines] + [one.text for one in own_questions]
    return OwnAction(
        public_id=row.public_id,
        label=row.get_kind_display(),
        show=row.livestream.title,
        host=row.livestream.creator.display_name,
        category="" if row.category == Category.OTHER else row.get_category_display(),
        reason=say(row.reason),
        by=row.by.name if row.by else "",
        texts=tuple(text for text in said if text),
        until=row.until,
        at=row.created_at,
        undone_at=row.undone_at,
        undo_reason=say(row.undo_reason),
        is_for_all_shows=giver is not None,
        shared_with=tuple(takers.get(giver or 0, ())),
        appeal=own_appeals[0] if own_appeals else None,
    )
