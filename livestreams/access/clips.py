"""Clips by public id, for the person who asks."""

from creators.models import Creator
from livestreams.access.shows import Person, get_livestream_for
from livestreams.errors import ClipMissing
from livestreams.models import Clip


def get_clip_for(user: Person, public_id: str) -> Clip:
    """Return a clip that this person may watch: one of a show that they may.

    Raises:
        ClipMissing: there is no such clip, it is not ready, or it was taken down.
        LivestreamMissing: its show is not for this person.
        AdultsOnly: its show is for people whose age was checked.
        MarketOnly: its show is for accounts of its market.
    """
    clip = (
        Clip.objects.select_related("livestream")
        .filter(public_id=public_id, state=Clip.State.READY)
        .first()
    )
    if clip is None:
        raise ClipMissing
    clip.livestream = get_livestream_for(user, clip.livestream.public_id)
    return clip


def get_own_clip_for(creator: Creator, public_id: str) -> Clip:
    """Return a clip of this very creator, in any state but removed.

    Raises:
        ClipMissing: there is no such clip of theirs.
    """
    clip = (
        Clip.objects.select_related("livestream")
        .filter(livestream__creator=creator, public_id=public_id)
        .exclude(state=Clip.State.REMOVED)
        .first()
    )
    if clip is None:
        raise ClipMissing
    return clip
