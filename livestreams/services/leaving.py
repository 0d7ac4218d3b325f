"""A creator leaves: not in the middle of a show, and coming shows are called off."""

from django.db import transaction

from creators.errors.leaving import OnAir
from creators.models import Creator
from creators.services.people import close_creator
from livestreams.models import Livestream
from livestreams.services.shows import end_livestream
from shopfront.common.ids import new_public_id
from shopfront.models import Outbox, User
from shopfront.services import outbox

TOPIC = "livestreams.creator_closed"
ON_AIR = (Livestream.State.LIVE, Livestream.State.PAUSED)


def leave(creator: Creator, *, by: User) -> None:
    """Close one's own account as a creator.

    Raises:
        OnAir: a show of theirs, or its rehearsal, is on air.
        NotOpen: it is closed already.

    Locks: the creator's shows that are not over, so that none begins meanwhile.
    """
    with transaction.atomic():
        shows = Livestream.objects.select_for_update().filter(creator=creator)
        ahead = list(shows.exclude(state=Livestream.State.ENDED).order_by("pk"))
        if any(show.state in ON_AIR for show in ahead):
            raise OnAir
        close_creator(creator, by=by)


def post_creator_closed(creator: Creator, why: str) -> None:
    """Write into the open transaction that a creator's shows are to be ended."""
    facts = {"creator": creator.public_id, "why": why}
    outbox.post(TOPIC, new_public_id(), facts)


def carry_creator_closed(message: Outbox) -> None:
    """End what a closed creator has on air or planned; who waits for it is told.

    One whose account is open again by now keeps their shows.

    Safe to repeat: yes, the first end stands.
    """
    shows = Livestream.objects.exclude(state=Livestream.State.ENDED).filter(
        creator__public_id=message.payload["creator"],
        creator__state=Creator.State.CLOSED,
        rehearsal_of=None,
    )
    for show in shows.select_related("creator").order_by("pk"):
        end_livestream(show, reason=message.payload["why"])
