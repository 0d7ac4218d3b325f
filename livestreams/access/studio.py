"""The way into the studio and the planner, by what a person is in a show."""

from dataclasses import dataclass

from creators.models import Creator
from livestreams.access.shows import (
    HOST_SIDE,
    Person,
    Role,
    find_role,
    get_livestream_for,
)
from livestreams.errors import LivestreamMissing
from livestreams.models import Livestream
from shopfront.models import User


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's place in the studio of a show."""

    livestream: Livestream
    role: Role
    person: User
    is_remote: bool = False
    """Whether a second device acts for the person: it steers, and sees no money."""

    @property
    def runs_show(self) -> bool:
        """Whether this person may start, end, open offers and see money."""
        return self.role is not Role.MODERATOR and not self.is_remote

    @property
    def steers_show(self) -> bool:
        """Whether this person may pin, move on, cover the picture and uncover it."""
        return self.role is not Role.MODERATOR

    @property
    def has_duty(self) -> bool:
        """Whether this person works in the show: on camera or as a moderator."""
        return self.role in {Role.HOST, Role.CO_HOST, Role.MODERATOR}

    @property
    def is_shielded(self) -> bool:
        """Whether complaints and remarks stay off this person's screen (C6, C10)."""
        return self.role in {Role.HOST, Role.CO_HOST}


def get_studio_seat(user: Person, public_id: str) -> Seat:
    """Return a person's seat in the studio, moderators included.

    Raises:
        LivestreamMissing: there is no such show, or this person has no duty in it;
            a stranger learns nothing of it.
    """
    livestream = get_livestream_for(user, public_id)
    role = find_role(user, livestream)
    if role not in HOST_SIDE or not isinstance(user, User):
        raise LivestreamMissing
    return Seat(livestream, role, user)


def get_own_livestream_for(creator: Creator, public_id: str) -> Livestream:
    """Return a show of this very creator.

    Raises:
        LivestreamMissing: there is no such show of theirs.
    """
    livestream = (
        Livestream.objects.select_related("creator__user", "market")
        .filter(creator=creator, public_id=public_id)
        .first()
    )
    if livestream is None:
        raise LivestreamMissing
    return livestream


def get_run_livestream_for(user: Person, public_id: str) -> Livestream:
    """Return a show that this person runs: its host, a co-host or staff.

    Raises:
        LivestreamMissing: there is no such show, or it is not theirs to run.
    """
    seat = get_studio_seat(user, public_id)
    if not seat.runs_show:
        raise LivestreamMissing
    return seat.livestream
