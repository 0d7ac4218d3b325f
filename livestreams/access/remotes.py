"""The way of a second device to the studio of one show, without an account."""

import hashlib

from django.db.models import QuerySet

from livestreams.access.studio import Seat, get_studio_seat
from livestreams.errors import LivestreamMissing
from livestreams.errors.showing import RemoteMissing
from livestreams.models import Livestream, RemoteControl
from shopfront.common import clock
from shopfront.common.links import SignedLink

LINK = SignedLink("livestreams.remote")


def hash_key(key: str) -> str:
    """Return what is kept of a device's key."""
    return hashlib.sha256(key.encode()).hexdigest()


def mint_remote_link(public_id: str) -> str:
    """Return the signed part of the address that opens a remote control once."""
    return LINK.mint(public_id)


def get_remote_by_link(text: str) -> RemoteControl:
    """Return the remote control whose link was opened, if it may still be taken.

    Raises:
        RemoteMissing: the link is not ours, was used, turned off or is over.
    """
    remote = _select().filter(public_id=LINK.read(text)).first()
    if remote is None or not is_open(remote):
        raise RemoteMissing
    return remote


def is_open(remote: RemoteControl) -> bool:
    """Whether a link waits for its device."""
    return (
        remote.taken_at is None
        and remote.revoked_at is None
        and remote.link_until > clock.now()
        and remote.livestream.state != Livestream.State.ENDED
    )


def get_remote_for(livestream: Livestream, public_id: str) -> RemoteControl:
    """Return a remote control of a show.

    Raises:
        RemoteMissing: the show has none of this id.
    """
    remote = _select().filter(livestream=livestream, public_id=public_id).first()
    if remote is None:
        raise RemoteMissing
    return remote


def get_remote_seat(key: str, public_id: str) -> Seat:
    """Return the seat of a device by the key that it was given.

    It acts for who made its link, for as long as that person runs the show.

    Raises:
        LivestreamMissing: the key is wrong, turned off, or of another show; or the
            show has ended.
    """
    remote = None
    if key:
        rows = _select().filter(key_hash=hash_key(key), revoked_at=None)
        remote = rows.filter(
            livestream__public_id=public_id, made_by__is_active=True
        ).first()
    if remote is None or remote.livestream.state == Livestream.State.ENDED:
        raise LivestreamMissing
    maker = get_studio_seat(remote.made_by, public_id)
    if not maker.runs_show:
        raise LivestreamMissing
    return Seat(maker.livestream, maker.role, remote.made_by, is_remote=True)


def _select() -> "QuerySet[RemoteControl]":
    return RemoteControl.objects.select_related("livestream", "made_by")
