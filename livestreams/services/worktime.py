"""A show's steps as working time of those on camera, written in their transaction.

On air is work, a break is not; a lost picture is no break. Demo shows are loops at
which nobody works.
"""

from creators.models import WorkSession
from creators.services.worktime import (
    begin_stretches,
    end_stretches,
    note_preparation,
    note_presence,
)
from livestreams.access.studio import Seat
from livestreams.models import CoHost, Livestream
from livestreams.selectors.runs import prepared_minutes
from shopfront.models import User

Work = WorkSession.Kind


def note_started(livestream: Livestream) -> None:
    """Begin the work of a show, and note what it took to prepare. Repeats are safe."""
    if livestream.is_demo:
        return
    _begin(livestream, Work.STREAM)
    if livestream.is_rehearsal:
        return
    agreement = livestream.agreement
    agreed = agreement.preparation_minutes if agreement else 0
    planned = prepared_minutes([livestream.pk])[livestream.pk]
    note_preparation(
        livestream.creator.user,
        market=livestream.market,
        show_ref=livestream.public_id,
        title=livestream.title,
        minutes=max(agreed, planned),
    )


def note_paused(livestream: Livestream, *, is_break: bool) -> None:
    """Turn work into a break; a slate or a lost picture is none. Repeats are safe."""
    if livestream.is_demo or livestream.publisher_lost_at is not None:
        return
    if not is_break:
        note_resumed(livestream)
        return
    end_stretches(livestream.public_id, [Work.STREAM])
    _begin(livestream, Work.BREAK)


def note_resumed(livestream: Livestream) -> None:
    """End the break and go on with the work of a show. Repeats are safe."""
    if livestream.is_demo:
        return
    end_stretches(livestream.public_id, [Work.BREAK])
    _begin(livestream, Work.STREAM)


def note_ended(livestream: Livestream) -> None:
    """End what goes on in a show. Safe to repeat: yes."""
    end_stretches(livestream.public_id)


def note_seat(seat: Seat, *, is_hidden: bool = False) -> None:
    """Note that a person with a duty has the studio of a show open that is not over.

    Before the show a studio behind other windows, or left open overnight, is no work.
    """
    show, person = seat.livestream, seat.person
    if not seat.has_duty or show.is_demo:
        return
    if show.state != Livestream.State.ENDED and not (is_hidden and not show.is_on_air):
        note_presence(
            person, market=show.market, show_ref=show.public_id, title=show.title
        )


def _begin(livestream: Livestream, kind: WorkSession.Kind) -> None:
    begin_stretches(
        _list_on_camera(livestream),
        kind,
        market=livestream.market,
        show_ref=livestream.public_id,
        title=livestream.title,
    )


def _list_on_camera(livestream: Livestream) -> list[User]:
    rows = CoHost.objects.filter(livestream=livestream, duty=CoHost.Duty.CO_HOST)
    return [livestream.creator.user, *(row.user for row in rows.select_related("user"))]
