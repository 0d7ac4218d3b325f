"""Shows by public id, for the person who asks."""

import enum

from django.contrib.auth.models import AnonymousUser

from livestreams.access.audiences import check_audience
from livestreams.errors import (
    LivestreamMissing,
    MessageMissing,
    NotYourShow,
    TicketInvalid,
)
from livestreams.models import ChatMessage, CoHost, Livestream, Pin, Sanction
from shopfront.models import User

Person = User | AnonymousUser


class Role(enum.StrEnum):
    """What a person is in a show."""

    VIEWER = "viewer"
    HOST = "host"
    CO_HOST = "co_host"
    MODERATOR = "moderator"
    STAFF = "staff"


ON_CAMERA = frozenset({Role.HOST, Role.CO_HOST})
"""Who is spared what is said about their person (C10)."""
HOST_SIDE = frozenset({Role.HOST, Role.CO_HOST, Role.MODERATOR, Role.STAFF})


def get_livestream_for(user: Person, public_id: str) -> Livestream:
    """Return a show that this person may watch.

    Raises:
        LivestreamMissing: there is no such show for this person.
        AdultsOnly: it is for people whose age was checked.
        MarketOnly: it is for accounts of its market.
    """
    livestream = get_livestream(public_id)
    admit(user, livestream)
    return livestream


def get_livestream(public_id: str) -> Livestream:
    """Return a show, for a caller that asks `admit` before it shows anything.

    Raises:
        LivestreamMissing: there is no such show.
    """
    shows = Livestream.objects.select_related("creator__user", "market", "recording")
    livestream = shows.filter(public_id=public_id).first()
    if livestream is None:
        raise LivestreamMissing
    return livestream


def admit(user: Person, livestream: Livestream) -> None:
    """Refuse who may not watch a show; no query for one that is open to all.

    Raises:
        LivestreamMissing: there is no such show for this person.
        AdultsOnly: it is for people whose age was checked.
        MarketOnly: it is for accounts of its market.
    """
    if livestream.is_limited and find_role(user, livestream) not in HOST_SIDE:
        check_audience(user, livestream)


def get_hosted_livestream_for(user: Person, public_id: str) -> Livestream:
    """Return a show that this person hosts, helps to host, or oversees as staff.

    Raises:
        LivestreamMissing: there is no such show.
        NotYourShow: this person has no duty in it.
    """
    livestream = get_livestream_for(user, public_id)
    if find_role(user, livestream) not in HOST_SIDE:
        raise NotYourShow
    return livestream


def get_person(public_id: str) -> User:
    """Return the account that a ticket names.

    Raises:
        TicketInvalid: the account is closed.
    """
    user = User.objects.filter(public_id=public_id, is_active=True).first()
    if user is None:
        raise TicketInvalid
    return user


def find_role(user: Person | None, livestream: Livestream) -> Role:
    """Return what a person is in a show; at most one query."""
    if not isinstance(user, User):
        return Role.VIEWER
    if livestream.creator.user_id == user.pk:
        return Role.HOST
    duty = CoHost.objects.filter(livestream=livestream, user=user).first()
    if duty is not None:
        return Role(duty.duty)
    return Role.STAFF if user.is_staff else Role.VIEWER


def get_pin_for(livestream: Livestream, public_id: str) -> Pin:
    """Return a pin of a show that the caller was allowed to see.

    Raises:
        LivestreamMissing: the show has no such pin.
    """
    pin = (
        Pin.objects.select_related("product", "bundle")
        .filter(livestream=livestream, public_id=public_id)
        .first()
    )
    if pin is None:
        raise LivestreamMissing
    return pin


def get_message_for(livestream: Livestream, public_id: str) -> ChatMessage:
    """Return a message of a show that the caller was allowed to see.

    Raises:
        MessageMissing: the show has no such message.
    """
    message = ChatMessage.objects.filter(
        livestream=livestream, public_id=public_id
    ).first()
    if message is None:
        raise MessageMissing
    return message


def get_sanction_for(livestream: Livestream, public_id: str) -> Sanction:
    """Return a sanction of a show that the caller helps to run.

    Raises:
        LivestreamMissing: the show has no such sanction.
    """
    sanction = Sanction.objects.filter(
        livestream=livestream, public_id=public_id
    ).first()
    if sanction is None:
        raise LivestreamMissing
    return sanction
