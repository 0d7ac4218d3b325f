"""People of a show, by what a host types and by what they are in it."""

from creators.selectors.public import find_public_creator
from livestreams.errors import LivestreamMissing
from livestreams.errors.planning import PersonUnknown
from livestreams.models import CoHost, Livestream
from shopfront.models import User


def get_person_by_contact(text: str) -> User:
    """Return the account of an e-mail address, or of a verified creator's handle.

    Raises:
        PersonUnknown: there is none.
    """
    typed = text.strip().removeprefix("@")
    creator = None if "@" in typed else find_public_creator(typed)
    if creator is not None:
        return creator.user
    user = User.objects.filter(email__iexact=typed, is_active=True).first()
    if user is None:
        raise PersonUnknown
    return user


def get_person_in(livestream: Livestream, public_id: str) -> User:
    """Return a person who has a duty in a show.

    Raises:
        PersonUnknown: nobody of this id has one.
    """
    rows = CoHost.objects.select_related("user").filter(livestream=livestream)
    row = rows.filter(user__public_id=public_id).first()
    if row is None:
        raise PersonUnknown
    return row.user


def get_livestream_of_duty(user: User, public_id: str) -> Livestream:
    """Return a show in which a person has a duty.

    Raises:
        LivestreamMissing: there is no such show, or they have none in it.
    """
    rows = Livestream.objects.filter(co_hosts__user=user, public_id=public_id)
    show = rows.first()
    if show is None:
        raise LivestreamMissing
    return show
