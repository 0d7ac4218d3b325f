"""The outbox: facts written with a transaction, carried out after it."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import transaction
from django.db.models import (
    Case,
    Count,
    Exists,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from shopfront.common import clock
from shopfront.common.jobs import enqueue_on_commit
from shopfront.models import Outbox, User
from shopfront.services import audit


@dataclass(frozen=True)
class Backlog:
    """What the outbox has not carried out."""

    waiting: int
    dead: int
    oldest_seconds: float


Carrier = Callable[[Outbox], None]

LEASE = dt.timedelta(seconds=60)
"""How long one message may be carried; then its carrier counts as dead."""
SHORT_LEASE = dt.timedelta(seconds=5)
"""The same for an urgent one, and how long a claimed one may wait for its turn."""
MOST_ATTEMPTS = 12
RELAY_TASK = "shopfront.relay_outbox_task"
URGENT_TASK = "shopfront.relay_urgent_task"

log = structlog.get_logger(__name__)
_carriers: dict[str, Carrier] = {}
_urgent: set[str] = set()
_first: set[str] = set()


def register(
    topic: str, carrier: Carrier, *, is_urgent: bool = False, goes_first: bool = False
) -> None:
    """Name the function that carries out a topic; apps call this when ready.

    A carrier must be safe to repeat: a message is carried out at least once.

    Args:
        topic: as messages name it.
        carrier: takes one message.
        is_urgent: somebody on air waits for it. A worker of its own carries these,
            and every relay carries them first; they ask nobody outside, take far
            less than `SHORT_LEASE`, and may be told twice at the same instant.
        goes_first: a letter that waits behind no others, such as one of danger.
    """
    _carriers[topic] = carrier
    (_urgent.add if is_urgent else _urgent.discard)(topic)
    (_first.add if goes_first else _first.discard)(topic)


def post(topic: str, key: str, payload: Mapping[str, Any] | None = None) -> None:
    """Write a message in the open transaction and hint the relay after commit.

    Safe to repeat: (topic, key) is written once.
    """
    Outbox.objects.bulk_create(
        [Outbox(topic=topic, key=key, payload=dict(payload or {}))],
        ignore_conflicts=True,
    )
    enqueue_on_commit(URGENT_TASK if topic in _urgent else RELAY_TASK)


def claim(limit: int = 50, *, only_urgent: bool = False) -> list[Outbox]:
    """Lease due messages to this process: urgent ones, what goes first, then others.

    Of each key the oldest alone.

    Each is leased anew when its turn comes, so a process that dies keeps one message
    back for long, and the rest of its claim for `SHORT_LEASE`.

    Locks: rows by SKIP LOCKED for the length of one short transaction.
    """
    now = clock.now()
    earlier = Outbox.objects.filter(
        state=Outbox.State.WAITING, key=OuterRef("key"), id__lt=OuterRef("id")
    )
    with transaction.atomic():
        due = Outbox.objects.select_for_update(skip_locked=True)
        if only_urgent:
            due = due.filter(topic__in=_urgent)
        rows = list(
            due.filter(
                Q(claimed_until=None) | Q(claimed_until__lt=now),
                ~Exists(earlier),
                state=Outbox.State.WAITING,
                due_at__lte=now,
            ).order_by(_rank(), "id")[:limit]
        )
        until = now + SHORT_LEASE
        keys = [row.pk for row in rows]
        Outbox.objects.filter(pk__in=keys).update(claimed_until=until)
    for row in rows:
        row.claimed_until = until
    return rows


def relay(limit: int = 50, *, only_urgent: bool = False) -> int:
    """Carry out due messages, each outside any transaction; return how many.

    Safe to repeat: several relays may run side by side.
    """
    done = 0
    while rows := claim(limit, only_urgent=only_urgent):
        for row in rows:
            if _begin(row):
                done += _carry(row)
    return done


def measure() -> Backlog:
    """Count what waits and what was given up, and how late the oldest is."""
    now = clock.now()
    facts = Outbox.objects.filter(
        state__in=[Outbox.State.WAITING, Outbox.State.DEAD]
    ).aggregate(
        waiting=Count("id", filter=Q(state=Outbox.State.WAITING)),
        dead=Count("id", filter=Q(state=Outbox.State.DEAD)),
        oldest=Min("created_at", filter=Q(state=Outbox.State.WAITING, due_at__lte=now)),
    )
    late = now - facts["oldest"] if facts["oldest"] else dt.timedelta()
    return Backlog(facts["waiting"], facts["dead"], max(late.total_seconds(), 0.0))


def replay(message: Outbox, *, by: User | None = None, reason: str = "") -> bool:
    """Give a dead message another life; False if it was not dead.

    Safe to repeat: yes; a person who does it leaves one audit row.
    """
    with transaction.atomic():
        revived = Outbox.objects.filter(pk=message.pk, state=Outbox.State.DEAD).update(
            state=Outbox.State.WAITING,
            attempts=0,
            due_at=clock.now(),
            claimed_until=None,
        )
        if revived and by is not None:
            audit.record(
                "shopfront.replay_message",
                actor=by,
                subject_kind="outbox",
                subject_ref=message.public_id,
                reason=reason,
            )
    enqueue_on_commit(RELAY_TASK)
    return bool(revived)


def _rank() -> Case:
    return Case(
        When(topic__in=_urgent, then=Value(0)),
        When(topic__in=_first, then=Value(1)),
        default=Value(2),
    )


def _held(row: Outbox) -> QuerySet[Outbox]:
    """Return the row for as long as the lease is the one that was read with it."""
    return Outbox.objects.filter(
        pk=row.pk, state=Outbox.State.WAITING, claimed_until=row.claimed_until
    )


def _begin(row: Outbox) -> bool:
    """Lease a claimed message for its carrying; False where another has it by now."""
    until = clock.now() + (SHORT_LEASE if row.topic in _urgent else LEASE)
    is_ours = _held(row).update(claimed_until=until) == 1
    row.claimed_until = until
    return is_ours


def _carry(row: Outbox) -> int:
    try:
        _carriers[row.topic](row)
    except Exception as error:  # noqa: BLE001 - any fault of a carrier is kept and retried
        _put_back(row, error)
        return 0
    Outbox.objects.filter(pk=row.pk).update(
        state=Outbox.State.DONE, done_at=clock.now(), claimed_until=None
    )
    return 1


def _put_back(row: Outbox, error: Exception) -> None:
    attempts = row.attempts + 1
    is_dead = attempts >= MOST_ATTEMPTS
    log.warning(
        "outbox.failed",
        topic=row.topic,
        key=row.key,
        attempts=attempts,
        error=repr(error),
    )
    _held(row).update(  # another that has it by now is left alone
        attempts=attempts,
        state=Outbox.State.DEAD if is_dead else Outbox.State.WAITING,
        due_at=clock.now() + dt.timedelta(seconds=min(2**attempts, 3600)),
        claimed_until=None,
        last_error=repr(error)[:2000],
    )
