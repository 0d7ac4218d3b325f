"""Rehearsals (P2): a show of its own for the invited, of which nothing is kept.

It has its own room, key, recording and counts, so that the real show starts clean.
"""

import datetime as dt
import shutil

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from livestreams.errors import ShowBegun
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import (
    Clip,
    CoHost,
    Livestream,
    LivestreamProduct,
    Recording,
    RunItem,
)
from livestreams.models.sayings import Saying, keep
from livestreams.services.shows import end_livestream
from shopfront.common import clock

LONGEST = dt.timedelta(hours=12)
"""A rehearsal that nobody ended is ended after so long."""

GATEWAY_LETS_GO = dt.timedelta(seconds=60)
MOST_PER_SWEEP = 50

State = Livestream.State


def open_rehearsal(livestream: Livestream) -> Livestream:
    """Open a rehearsal of a planned show; the one that is open is given again.

    Shelf, run and duties are those of the show; further people come by invitation.

    Raises:
        ShowBegun: the show is on air or over.
        NotInRehearsal: it is a rehearsal itself.

    Locks: the show's row. Safe to repeat: yes.
    """
    with transaction.atomic():
        show = Livestream.objects.select_for_update().get(pk=livestream.pk)
        if show.is_rehearsal:
            raise NotInRehearsal
        if show.state != State.SCHEDULED:
            raise ShowBegun
        known = show.rehearsals.exclude(state=State.ENDED).first()
        if known is not None:
            return known
        rehearsal = Livestream.objects.create(
            rehearsal_of=show,
            creator=show.creator,
            market=show.market,
            title=show.title,
            description=show.description,
            language=show.language,
            latency=show.latency,
            has_ladder=show.has_ladder,
            planned_minutes=show.planned_minutes,
            audience=Livestream.Audience.INVITED,
            starts_at=clock.now(),
        )
        _copy_cast(show, rehearsal)
    return rehearsal


def erase_rehearsals() -> int:
    """Erase rehearsals that are over with all that was said and shown in them.

    Runs on a machine that has the gateway's folder: files go first, rows after, so
    that a crash between leaves a row by which the next run finds them.

    Returns how many were erased. Safe to repeat: yes.
    """
    now = clock.now()
    rows = Livestream.objects.exclude(rehearsal_of=None)
    forgotten = rows.exclude(state=State.ENDED).filter(created_at__lt=now - LONGEST)
    for rehearsal in forgotten:
        end_livestream(rehearsal, reason=keep(Saying.LEFT_OPEN))
    over = rows.filter(state=State.ENDED, ended_at__lt=now - GATEWAY_LETS_GO)
    is_written = Q(recording__state=Recording.State.RECORDING)
    erased = 0
    due = over.exclude(is_written, ended_at__gt=now - LONGEST).order_by("pk")
    for rehearsal in due[:MOST_PER_SWEEP]:
        _erase(rehearsal)
        erased += 1
    return erased


def _copy_cast(show: Livestream, rehearsal: Livestream) -> None:
    LivestreamProduct.objects.bulk_create(
        LivestreamProduct(
            livestream=rehearsal, product_id=row.product_id, position=row.position
        )
        for row in show.shelf.all()
    )
    CoHost.objects.bulk_create(
        CoHost(livestream=rehearsal, user_id=row.user_id, duty=row.duty)
        for row in show.co_hosts.all()
    )
    RunItem.objects.bulk_create(
        RunItem(
            livestream=rehearsal,
            kind=row.kind,
            product_id=row.product_id,
            text=row.text,
            minutes=row.minutes,
            position=row.position,
        )
        for row in show.run.exclude(kind=RunItem.Kind.PREPARATION)
    )


def _erase(rehearsal: Livestream) -> None:
    folder = settings.MEDIA_DIR / rehearsal.public_id
    if folder.exists():
        shutil.rmtree(folder)
    with transaction.atomic():
        Recording.objects.filter(livestream=rehearsal).delete()
        Clip.objects.filter(livestream=rehearsal).delete()
        rehearsal.delete()
