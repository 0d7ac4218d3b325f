"""Acts of the studio that are more than a change of state: go live, mute."""

import datetime as dt

from creators.services.terms import require_consent
from livestreams.errors import NoPictureYet
from livestreams.errors.moderation import NobodyOnCall
from livestreams.models import ChatMessage, Livestream
from livestreams.selectors.duties import has_help
from livestreams.services import sanctions
from livestreams.services.shows import resume_livestream, start_livestream
from livestreams.services.work_guard import require_time
from shopfront.common import clock
from shopfront.models import User

MUTE_FOR = dt.timedelta(minutes=30)


def go_live(livestream: Livestream, *, by: User) -> Livestream:
    """Put a show on air once its picture arrives; a paused one goes on.

    New terms never stop a show that began; one that waits for its host's yes begins
    only after it. A rehearsal, which pays and sells nothing, needs none.

    Raises:
        TermsNotAccepted: the terms that hold wait for the creator's yes.
        NoPictureYet: viewers would see nothing.
        NobodyOnCall: it has no moderator and nobody is on duty in its market.
        ShowEnded: the show is over for good.
        NotFunded: its guarantee is not paid in.
        WorkCapReached: the host has no working time left.
        RestMissing: the host's rest or break is not over.

    Safe to repeat: yes.
    """
    livestream.refresh_from_db()
    waits = livestream.state == Livestream.State.SCHEDULED
    if waits and not livestream.is_rehearsal:
        require_consent(livestream.creator, at=clock.now())
    if waits and livestream.publisher_seen_at is None:
        raise NoPictureYet
    if waits and not livestream.is_rehearsal and not has_help(livestream):
        raise NobodyOnCall
    if livestream.state in {Livestream.State.SCHEDULED, Livestream.State.PAUSED}:
        require_time(livestream)
    return start_livestream(livestream, by=by)


def go_on(livestream: Livestream, *, by: User) -> Livestream:
    """Go on after a break, if the host's working time lets it.

    Raises:
        ShowNotOnAir: the show is neither live nor paused.
        WorkCapReached: the host has no working time left.
        RestMissing: the host's rest or break is not over.

    Safe to repeat: yes.
    """
    livestream.refresh_from_db()
    if livestream.state == Livestream.State.PAUSED:
        require_time(livestream)
    return resume_livestream(livestream, by=by)


def mute_author(
    message: ChatMessage, *, by: User, reason: str, is_wiping: bool = True
) -> None:
    """Mute a message's author for half an hour, and take back what they wrote."""
    sanctions.mute_person(
        message.livestream,
        message.author,
        by=by,
        reason=reason,
        until=clock.now() + MUTE_FOR,
        is_wiping=is_wiping,
    )
