"""What rules do by themselves in rooms; each act explains itself in a sentence (S3).

Floods: the same words from five accounts within 20 seconds are held. Repeat
offenders: three acts against a person in a creator's shows within seven days mute
them in all of that creator's shows for a day, and for a week if it happened in the
last 30 days. Reports: a line that three people reported is held until a moderator
decides. Moderators undo each, and the person may appeal.
"""

import datetime as dt
from collections import defaultdict

from django.db import transaction
from django.db.models import Count, Q

from livestreams.errors.moderation import NotOverHosts
from livestreams.models import (
    ChatMessage,
    Livestream,
    ModerationAction,
    Report,
)
from livestreams.models.sayings import Saying, keep
from livestreams.selectors.moderation import SPARED
from livestreams.services import actions, removals, sanctions
from livestreams.services.folding import fold
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit, outbox

FLOOD_TOPIC = "livestreams.flood_held"
FLOOD_ACCOUNTS = 5
FLOOD_WITHIN = dt.timedelta(seconds=20)
FLOOD_LETTERS = 16
"""Shorter lines are what a happy crowd says at once."""
FLOOD_LINES = 2_000
"""The newest lines of a room that are compared; a busy one writes as many in 20 s."""
FLOOD_LASTS = dt.timedelta(minutes=10)
REPEAT_ACTS = 3
REPEAT_WITHIN = dt.timedelta(days=7)
REPEAT_AGAIN = dt.timedelta(days=30)
REPEAT_NEWS = dt.timedelta(minutes=10)
MUTE_FIRST = dt.timedelta(days=1)
MUTE_NEXT = dt.timedelta(days=7)
REPORTERS = 3
ON_AIR = (Livestream.State.LIVE, Livestream.State.PAUSED)
Kind = ModerationAction.Kind
State = ChatMessage.State


def hold_floods() -> int:
    """Hold the same words from many accounts in each room; return how many lines.

    Locks: the livestream's row, the lines of all floods in key order, then its
    sequence row; show by show.
    Safe to repeat: yes; lines that are held are not counted again.
    """
    since = clock.now() - FLOOD_WITHIN
    on_air = Livestream.objects.filter(state__in=ON_AIR).order_by("pk")
    keys = list(on_air.values_list("pk", flat=True))
    return sum(_hold_floods_in(key, since) for key in keys if _is_busy(key, since))


def mute_repeaters() -> int:
    """Mute who was acted against again and again; return how many people.

    Locks: the person's row. Safe to repeat: yes; the acts before an automatic mute
    are not counted again.
    """
    news = ModerationAction.objects.filter(
        _counted(), created_at__gte=clock.now() - REPEAT_NEWS
    )
    pairs = news.order_by().values_list("person", "livestream__creator").distinct()
    return sum(_mute_repeater(person, creator) for person, creator in sorted(pairs))


def hold_reported() -> int:
    """Hold lines that several people reported until somebody decides.

    Returns how many lines. Safe to repeat: yes; a line is held so once.
    """
    many = (
        Report.objects.filter(state=Report.State.OPEN, message__state=State.VISIBLE)
        .filter(message__livestream__state__in=ON_AIR)
        .order_by()
        .values_list("message", flat=True)
        .annotate(count=Count("id"))
        .filter(count__gte=REPORTERS)[:100]
    )
    rows = ChatMessage.objects.filter(
        pk__in=list(many), state=State.VISIBLE, taken_by=None, decided_by=None
    ).exclude(badges__has_any_keys=SPARED)
    found = list(rows.select_related("livestream", "author").order_by("pk"))
    for row in found:
        reason = keep(Saying.REPORTERS, count=REPORTERS)
        with transaction.atomic():
            action = actions.record(
                Kind.HOLD,
                row.livestream,
                by=None,
                person=row.author,
                reason=reason,
            )
            if not removals.hold_back(action, ChatMessage.objects.filter(pk=row.pk)):
                transaction.set_rollback(True)
    return len(found)


def _is_busy(livestream: int, since: dt.datetime) -> bool:
    """Whether enough was written of late to look closer; one short query."""
    rows = ChatMessage.objects.filter(livestream=livestream, state=State.VISIBLE)
    newest = list(rows.order_by("-id").values_list("at", flat=True)[:1])
    return bool(newest) and newest[0] >= since


def _hold_floods_in(livestream: int, since: dt.datetime) -> int:
    held = 0
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream)
        standing = {
            row.phrase: row
            for row in ModerationAction.objects.filter(
                livestream=show,
                kind=Kind.FLOOD,
                undone_at=None,
                created_at__gte=clock.now() - FLOOD_LASTS,
            )
        }
        floods = {
            words: rows
            for words, rows in _group(show, since).items()
            if words in standing or _count_authors(rows) >= FLOOD_ACCOUNTS
        }
        keys = [pk for rows in floods.values() for pk, _ in rows]
        removals.lock_lines(ChatMessage.objects.filter(pk__in=keys))
        for words, rows in floods.items():
            action = standing.get(words)
            if action is None:
                action = _record_flood(show, words, _count_authors(rows))
            lines = ChatMessage.objects.filter(pk__in=[pk for pk, _ in rows])
            held += len(removals.hold_back(action, lines))
    return held


def _count_authors(rows: list[tuple[int, int]]) -> int:
    return len({author for _, author in rows})


def _group(show: Livestream, since: dt.datetime) -> dict[str, list[tuple[int, int]]]:
    """Return recent lines by what they say once disguises are seen through."""
    shown = ChatMessage.objects.filter(livestream=show, state=State.VISIBLE)
    newest = shown.order_by("-id").values_list("pk", "author", "text", "badges", "at")
    groups: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for pk, author, text, badges, at in newest[:FLOOD_LINES]:
        if at < since or set(badges) & set(SPARED):
            continue
        words = "".join(letter for letter in fold(text) if letter.isalnum())
        if len(words) >= FLOOD_LETTERS:
            groups[words[:100]].append((pk, author))
    return groups


def _record_flood(show: Livestream, words: str, count: int) -> ModerationAction:
    reason = keep(Saying.FLOOD, count=count)
    action = actions.record(Kind.FLOOD, show, by=None, reason=reason, phrase=words)
    audit.record(
        FLOOD_TOPIC,
        actor=None,
        subject_kind="livestream",
        subject_ref=show.public_id,
        reason=action.reason,
    )
    outbox.post(FLOOD_TOPIC, action.public_id, {"action": action.public_id})
    return action


def _counted() -> Q:
    """Return which acts count: by people and by rules, but not the rule's own mutes."""
    own = Q(kind=Kind.MUTE, by=None)
    kinds = (Kind.REMOVE, Kind.MUTE, Kind.BAN)
    return Q(kind__in=kinds, undone_at=None, person__isnull=False) & ~own


def _mute_repeater(person: int, creator: int) -> bool:
    now = clock.now()
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=person)
        against = ModerationAction.objects.filter(
            person=user, livestream__creator=creator
        ).select_related("livestream__creator")
        own = against.filter(kind=Kind.MUTE, by=None).order_by("-id")
        last = own.first()
        since = now - REPEAT_WITHIN
        if last is not None:
            since = max(since, last.created_at)
        acts = list(against.filter(_counted(), created_at__gt=since).order_by("-id"))
        if len(acts) < REPEAT_ACTS:
            return False
        is_again = last is not None and last.created_at > now - REPEAT_AGAIN
        length = MUTE_NEXT if is_again else MUTE_FIRST
        saying = Saying.MUTED_WEEK if is_again else Saying.MUTED_DAY
        try:
            sanctions.mute_person(
                acts[0].livestream,
                user,
                by=None,
                reason=keep(saying, count=len(acts)),
                until=now + length,
                is_everywhere=True,
            )
        except NotOverHosts:
            return False
    return True
