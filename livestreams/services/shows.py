"""The life of a show: scheduled, live, paused, ended; each step once."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Greatest

from livestreams.broadcast.viewers import count_watched
from livestreams.errors import ShowEnded, ShowNotOnAir
from livestreams.models import AudienceMinute, Livestream
from livestreams.protocol import events
from livestreams.selectors.room import find_pause
from livestreams.services import (
    chat_pins,
    offers,
    pins,
    polls,
    questions,
    room,
    worktime,
)
from livestreams.services.calling_off import post_called_off
from livestreams.services.funding import post_show_ended, require_funded
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit

State = Livestream.State
BREAK, SLATE = "break", "slate"


def start_livestream(livestream: Livestream, *, by: User | None = None) -> Livestream:
    """Put a scheduled show on air; a paused one goes on.

    Raises:
        ShowEnded: the show is over for good.
        NotFunded: its guarantee is not paid in.

    Safe to repeat: a live show stays live and nothing is told twice.
    """
    livestream.refresh_from_db()
    if livestream.state == State.PAUSED:
        return resume_livestream(livestream, by=by)
    now = clock.now()
    with transaction.atomic():
        if _move(livestream, {State.SCHEDULED}, State.LIVE, started_at=now):
            require_funded(livestream)
            room.append_events(livestream, [events.ShowStarted(at=now)])
            worktime.note_started(livestream)
            _end_rehearsals(livestream, by)
            _audit("livestreams.start", livestream, by)
    if livestream.state == State.ENDED:
        raise ShowEnded
    return livestream


def pause_livestream(
    livestream: Livestream, *, by: User | None = None, why: str = BREAK
) -> Livestream:
    """Cover the picture: the host takes a break or it was lost (W5, W6), or the slate.

    Args:
        livestream: a show on air.
        by: who covers it, or None when the gateway or a sweep does.
        why: `break` or `slate`; a paused show passes from one to the other.

    Raises:
        ShowNotOnAir: the show is neither live nor paused.

    Safe to repeat: yes.
    """
    now = clock.now()
    with transaction.atomic():
        is_moved = _move(livestream, {State.LIVE}, State.PAUSED)
        if is_moved or (by is not None and _cover_otherwise(livestream, why)):
            room.append_events(livestream, [events.ShowPaused(at=now, why=why)])
            worktime.note_paused(livestream, is_break=why == BREAK)
            _audit("livestreams.pause", livestream, by)
    if not livestream.is_on_air:
        raise ShowNotOnAir
    return livestream


def resume_livestream(livestream: Livestream, *, by: User | None = None) -> Livestream:
    """Go on after a break.

    Raises:
        ShowNotOnAir: the show is neither live nor paused.

    Safe to repeat: yes.
    """
    now = clock.now()
    with transaction.atomic():
        if _move(livestream, {State.PAUSED}, State.LIVE):
            room.append_events(livestream, [events.ShowResumed(at=now)])
            worktime.note_resumed(livestream)
            _audit("livestreams.resume", livestream, by)
    if not livestream.is_on_air:
        raise ShowNotOnAir
    return livestream


def end_livestream(
    livestream: Livestream, *, by: User | None = None, reason: str = ""
) -> Livestream:
    """End a show for good: pins and offers close, the room is told, staff are noted.

    Args:
        livestream: the show, in any state; an upcoming one is called off.
        by: who ends it, or None when the gateway or a sweep does.
        reason: why, in words; kept on the show and in the audit row.

    Locks: the show's row, what is on screen, then the room's sequence row.
    Safe to repeat: yes; the first end stands.
    """
    now = clock.now()
    on_the_way = {State.SCHEDULED, State.LIVE, State.PAUSED}
    with transaction.atomic():
        ended = _move(
            livestream,
            on_the_way,
            State.ENDED,
            ended_at=now,
            ended_by=by,
            end_reason=reason[:200],
        )
        if ended:
            _end_rehearsals(livestream, by)
            room.announce(livestream, pins.close_pins(livestream))
            offers.close_offers(livestream)
            _clear_screen(livestream)
            room.append_events(livestream, [events.ShowEnded(at=now)])
            worktime.note_ended(livestream)
            post_show_ended(livestream)
            post_called_off(livestream)
            _audit("livestreams.end", livestream, by, reason)
            transaction.on_commit(lambda: _keep_viewers(livestream), robust=True)
    return livestream


def _move(
    livestream: Livestream,
    sources: Collection[str],
    target: str,
    **changes: dt.datetime | User | str | None,
) -> bool:
    """Change state where it is still one of the sources; read the row anew."""
    rows = Livestream.objects.filter(pk=livestream.pk, state__in=sources)
    moved = rows.update(state=target, **changes)
    livestream.refresh_from_db()
    return bool(moved)


def _cover_otherwise(livestream: Livestream, why: str) -> bool:
    """Cover a paused show for another reason; return whether it was another.

    What a person covers does not come back with a lost picture.
    """
    if livestream.state != State.PAUSED or find_pause(livestream) == why:
        return False
    return _move(livestream, {State.PAUSED}, State.PAUSED, publisher_lost_at=None)


def _clear_screen(livestream: Livestream) -> None:
    """Take down question, poll and line; all are locked before the sequence row is."""
    events = questions.clear_screen(livestream)
    closed, counts = polls.close_open(livestream)
    events += [*closed, *chat_pins.clear_line(livestream)]
    if events:
        room.append_events(livestream, events)
        room.announce(livestream, counts)


def _end_rehearsals(livestream: Livestream, by: User | None) -> None:
    """End what is rehearsed of a show that begins or is over."""
    for rehearsal in livestream.rehearsals.exclude(state=State.ENDED):
        end_livestream(rehearsal, by=by)


def _keep_viewers(livestream: Livestream) -> None:
    """Store the distinct viewers and the peak while Valkey still knows them.

    What Valkey lost in a restart, the minutes of the audience still know; the total
    as `livestreams.services.curves` kept it by the minute is the least that stands.
    """
    total, peak = count_watched(livestream.public_id)
    minutes = AudienceMinute.objects.filter(livestream=livestream)
    noted = minutes.aggregate(most=Max("viewers"))["most"] or 0
    most = max(peak, noted)
    Livestream.objects.filter(pk=livestream.pk).update(
        viewers_total=Greatest("viewers_total", "viewers_peak", total, most),
        viewers_peak=Greatest("viewers_peak", most),
    )


def _audit(
    action: str, livestream: Livestream, by: User | None, reason: str = ""
) -> None:
    """Leave an audit row when somebody other than the host acts."""
    if by is not None and by.pk != livestream.creator.user_id:
        audit.record(
            action,
            actor=by,
            subject_kind="livestream",
            subject_ref=livestream.public_id,
            reason=reason,
        )
