"""What a room shows, read from the tables: snapshots, gaps and marks."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q, QuerySet

from livestreams.errors import LivestreamMissing
from livestreams.models import (
    ChatMessage,
    Livestream,
    RoomEvent,
    RoomSequence,
    Sanction,
)
from livestreams.models.sayings import say
from livestreams.protocol.asking import QuestionPinned, QuestionUnpinned
from livestreams.protocol.drops import DropChanged
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.events import (
    Author,
    ChatHeld,
    ChatPosted,
    ChatRemoved,
    Event,
    ShowEnded,
    ShowEvent,
    ShowPaused,
    ShowResumed,
    ShowStarted,
)
from livestreams.protocol.giving import GiveawayChanged
from livestreams.protocol.talking import RulesChanged
from livestreams.selectors import bundles as bundle_reads
from livestreams.selectors import drops as drop_reads
from livestreams.selectors import giveaways as giveaway_reads
from livestreams.selectors import moderation as moderation_reads
from livestreams.selectors import offers as offer_reads
from livestreams.selectors import pins as pin_reads
from livestreams.selectors import polls as poll_reads
from livestreams.selectors import questions as question_reads
from livestreams.selectors import rules as rule_reads
from livestreams.selectors import shieldings as shielded
from shopfront.common import clock

CHAT_SHOWN = 50
MOST_EVENTS = 500
REMOVALS_KEPT = dt.timedelta(minutes=2)
SEATS_RENEWED = dt.timedelta(minutes=15)
"""Longer than a ticket lives: whoever was shut out before has none."""
# Each process asks once a second: what the ORM takes to write these costs more.
MARKS = """
SELECT show.public_id, show.creator_id, show.audience, COALESCE(room.seq, 0),
  EXISTS (SELECT FROM livestreams_pin AS pin WHERE pin.livestream_id = show.id
          AND (pin.removed_at IS NULL OR pin.removed_at > %s))
FROM livestreams_livestream AS show
LEFT JOIN livestreams_roomsequence AS room ON room.livestream_id = show.id
WHERE show.public_id = ANY(%s)
"""
BANS = """
SELECT show.public_id, ban.creator_id, person.public_id
FROM livestreams_sanction AS ban
JOIN livestreams_livestream AS show ON show.id = ban.livestream_id
JOIN shopfront_user AS person ON person.id = ban.user_id
WHERE ban.kind = %s AND ban.lifted_at IS NULL
  AND (ban.until IS NULL OR ban.until > %s)
  AND (show.public_id = ANY(%s)
       OR (ban.creator_id = ANY(%s) AND ban.created_at > %s))
"""
WITHDRAWN = """
SELECT show.public_id, person.public_id
FROM livestreams_showinvitation AS place
JOIN livestreams_livestream AS show ON show.id = place.livestream_id
JOIN shopfront_user AS person ON person.id = place.user_id
WHERE show.public_id = ANY(%s) AND place.revoked_at > %s
  AND NOT EXISTS (SELECT FROM livestreams_showinvitation AS other
                  WHERE other.livestream_id = show.id AND other.revoked_at IS NULL
                  AND other.user_id = place.user_id)
"""
SHOW_EVENTS: dict[str, type[ShowEvent]] = {
    event.type: event for event in (ShowStarted, ShowPaused, ShowResumed, ShowEnded)
}


@dataclass(frozen=True, slots=True)
class RoomSnapshot:
    """A room as the tables have it, up to a number."""

    seq: int
    envelopes: list[Envelope]
    audience: str


@dataclass(slots=True)
class RoomMark:
    """How far a room is, its pins, offers and bundles, who may not be there."""

    seq: int = 0
    pins: list[Envelope] = field(default_factory=list)
    banned: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    """People whose invitation was lately withdrawn, and who have no other."""
    audience: str = ""
    """For whom the show is; empty where there is none."""


def read_room(public_id: str) -> RoomSnapshot:
    """Return all that a new socket sees, held messages of their authors included.

    Raises:
        LivestreamMissing: no show has this id.
    """
    livestream = Livestream.objects.filter(public_id=public_id).first()
    if livestream is None:
        raise LivestreamMissing
    seq = count_events(livestream)
    envelopes = _list_show_events(livestream)
    envelopes += [
        pin_reads.describe_pin(pin) for pin in pin_reads.list_open_pins(livestream)
    ]
    envelopes += offer_reads.list_envelopes(livestream)
    envelopes += bundle_reads.list_envelopes([public_id])[public_id]
    levels = pin_reads.list_stock([public_id])[public_id]
    envelopes += [pin_reads.describe_stock(level) for level in levels]
    envelopes += _list_chat(livestream, seq)
    envelopes += _list_held(livestream)
    envelopes += shielded.list_envelopes(livestream)
    envelopes += question_reads.list_envelopes(livestream)
    envelopes += poll_reads.list_envelopes(livestream)
    envelopes += giveaway_reads.list_envelopes(livestream)
    envelopes += drop_reads.list_envelopes(livestream)
    envelopes += rule_reads.list_envelopes(livestream)
    envelopes += moderation_reads.list_envelopes(livestream)
    return RoomSnapshot(seq, envelopes, livestream.audience)


def count_events(livestream: Livestream) -> int:
    """Return the last number given in a room."""
    row = RoomSequence.objects.filter(livestream=livestream).first()
    return row.seq if row else 0


def list_events(
    public_id: str, *, after: int, limit: int = MOST_EVENTS
) -> list[Envelope]:
    """Return durable events after a number, in order; removed text never comes back."""
    rows = list(
        RoomEvent.objects.filter(
            livestream__public_id=public_id, seq__gt=after
        ).order_by("seq")[:limit]
    )
    facts = _Facts(public_id, rows)
    return [seal(facts.read_event(row), seq=row.seq) for row in rows]


def read_marks(public_ids: Iterable[str]) -> dict[str, RoomMark]:
    """Return number, pins, offers, bundles, bans of many rooms; no query per room."""
    marks = {public_id: RoomMark() for public_id in public_ids}
    wanted, now = list(marks), clock.now()
    recently = now - REMOVALS_KEPT
    with connection.cursor() as cursor:
        cursor.execute(MARKS, [recently, wanted])
        rows = cursor.fetchall()
    hosts = {public_id: creator for public_id, creator, *_ in rows}
    for public_id, _creator, audience, seq, _has_pins in rows:
        marks[public_id].seq = seq
        marks[public_id].audience = audience
    pinned = [public_id for public_id, *_, has_pins in rows if has_pins]
    for public_id, told in _list_pins(pinned, recently) if pinned else ():
        marks[public_id].pins.append(told)
    for tell in (offer_reads.list_marks, bundle_reads.list_envelopes):
        for public_id, events in tell(wanted).items():
            marks[public_id].pins.extend(events)
    for livestream, creator, person in _list_bans(wanted, list(hosts.values()), now):
        for public_id in wanted:
            if livestream == public_id or creator == hosts.get(public_id, 0):
                marks[public_id].banned.append(person)
    _note_withdrawn(marks, now)
    return marks


def _list_pins(
    rooms: list[str], recently: dt.datetime
) -> Iterable[tuple[str, Envelope]]:
    """Return pins of rooms with their events, also of those lately removed."""
    recent = Q(removed_at=None) | Q(removed_at__gt=recently)
    for pin in pin_reads.select_pins().filter(recent, livestream__public_id__in=rooms):
        describe = (
            pin_reads.describe_removed if pin.removed_at else pin_reads.describe_pin
        )
        yield pin.livestream.public_id, describe(pin)


def _list_bans(
    rooms: list[str], hosts: list[int], now: dt.datetime
) -> list[tuple[str, int | None, str]]:
    """Return bans of rooms, and new ones of their creators; older ones have no seat."""
    with connection.cursor() as cursor:
        ban = Sanction.Kind.BAN
        cursor.execute(BANS, [ban, now, rooms, hosts, now - SEATS_RENEWED])
        return list(cursor.fetchall())


def _note_withdrawn(marks: Mapping[str, RoomMark], now: dt.datetime) -> None:
    """Note who lately lost a place; one query where a show is for the invited."""
    invited = Livestream.Audience.INVITED
    rooms = [room for room, mark in marks.items() if mark.audience == invited]
    if not rooms:
        return
    with connection.cursor() as cursor:
        cursor.execute(WITHDRAWN, [rooms, now - SEATS_RENEWED])
        for public_id, person in cursor.fetchall():
            marks[public_id].withdrawn.append(person)


def read_stock(public_ids: Iterable[str]) -> dict[str, dict[str, Envelope]]:
    """Return the stock events of many rooms by key, in one query."""
    return {
        public_id: {
            envelope.key: envelope for envelope in map(pin_reads.describe_stock, levels)
        }
        for public_id, levels in pin_reads.list_stock(public_ids).items()
    }


def describe_message(message: ChatMessage) -> ChatPosted:
    """Return a stored message as all see it."""
    return ChatPosted(
        id=message.public_id,
        author=Author(name=message.author_name, badges=tuple(message.badges)),
        text=message.text,
        reply_to=message.reply_to.public_id if message.reply_to else None,
        at=message.at,
    )


def describe_held(message: ChatMessage, *, state: str) -> ChatHeld:
    """Return what an author is told of a message that is not shown."""
    return ChatHeld(
        id=message.public_id,
        text=message.text if state == ChatMessage.State.HELD else "",
        state=state,
        explanation=say(message.why, language=message.author.language),
        at=message.at,
    )


class _Facts:
    """What the events of some rows are about, as the tables have it now."""

    def __init__(self, public_id: str, rows: list[RoomEvent]) -> None:
        self._room = public_id
        said = _list_ids(rows, {ChatPosted.type})
        self._messages = {
            message.public_id: message
            for message in _select_messages().filter(public_id__in=said)
        }
        asked = _list_ids(rows, question_reads.EVENT_TYPES)
        self._questions = question_reads.read_questions(asked)
        self._polls = poll_reads.read_polls(_list_ids(rows, poll_reads.EVENT_TYPES))
        given = _list_ids(rows, {GiveawayChanged.type})
        self._giveaways = giveaway_reads.read_giveaways(given)
        dropped = _list_ids(rows, {DropChanged.type})
        self._drops = drop_reads.read_drops(dropped)
        self._rules = self._pin = None
        if any(row.type == RulesChanged.type for row in rows):
            self._rules = rule_reads.find_rules(rows[0].livestream)
        if any(row.type in rule_reads.PIN_TYPES for row in rows):
            self._pin = rule_reads.find_pin(rows[0].livestream)

    def read_event(self, row: RoomEvent) -> Event:
        """Return the event of a row as it may be told today."""
        if row.type in SHOW_EVENTS:
            return _read_show_event(row)
        if row.type == RulesChanged.type and self._rules is not None:
            return rule_reads.describe_rules(self._rules)
        if row.type == DropChanged.type:
            return drop_reads.describe_drop(self._room, self._drops[row.body["id"]])
        return self._read_named(row.type, row.body["id"])

    def _read_named(self, kind: str, public_id: str) -> Event:
        if kind in rule_reads.PIN_TYPES:
            return rule_reads.read_pin_event(public_id, self._pin)
        if kind in poll_reads.EVENT_TYPES:
            return poll_reads.read_event(kind, self._polls[public_id])
        if kind == GiveawayChanged.type:
            return giveaway_reads.describe_giveaway(self._giveaways[public_id])
        if kind == QuestionPinned.type:
            return question_reads.read_event(public_id, self._questions)
        if kind == QuestionUnpinned.type:
            return QuestionUnpinned(id=public_id)
        message = self._messages.get(public_id)
        is_shown = message is not None and message.state == ChatMessage.State.VISIBLE
        if kind == ChatPosted.type and message is not None and is_shown:
            return describe_message(message)
        return ChatRemoved(id=public_id)


def _select_messages() -> QuerySet[ChatMessage]:
    return ChatMessage.objects.select_related("reply_to")


def _list_ids(rows: list[RoomEvent], types: Collection[str]) -> list[str]:
    return [row.body["id"] for row in rows if row.type in types]


def find_pause(livestream: Livestream) -> str:
    """Return why the picture of a paused show is covered; one query."""
    rows = RoomEvent.objects.filter(livestream=livestream, type=ShowPaused.type)
    row = rows.order_by("-seq").first()
    return str(row.body.get("why", "break")) if row else "break"


def _read_show_event(row: RoomEvent) -> ShowEvent:
    if row.type == ShowPaused.type:
        return ShowPaused(at=row.at, why=row.body.get("why", "break"))
    return SHOW_EVENTS[row.type](at=row.at)


def _list_show_events(livestream: Livestream) -> list[Envelope]:
    rows = RoomEvent.objects.filter(livestream=livestream, type__in=SHOW_EVENTS)
    return [
        seal(_read_show_event(row), seq=row.seq) for row in rows.order_by("-seq")[:1]
    ]


def _list_chat(livestream: Livestream, seq: int) -> list[Envelope]:
    shown = (
        _select_messages()
        .filter(livestream=livestream, state=ChatMessage.State.VISIBLE, seq__lte=seq)
        .order_by("-seq")[:CHAT_SHOWN]
    )
    return [
        seal(describe_message(message), seq=message.seq or 0)
        for message in sorted(shown, key=lambda message: message.seq or 0)
    ]


def _list_held(livestream: Livestream) -> list[Envelope]:
    """Return what authors are told of messages that are held or were removed.

    What its author erased is not told again.
    """
    told = (ChatMessage.State.HELD, ChatMessage.State.REMOVED)
    kept = ChatMessage.objects.filter(livestream=livestream, state__in=told)
    rows = kept.exclude(text="").select_related("author").order_by("-id")
    return [
        seal(describe_held(row, state=row.state), to=row.author.public_id)
        for row in reversed(rows[:MOST_EVENTS])
    ]
