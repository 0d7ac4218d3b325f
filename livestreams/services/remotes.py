"""Remote controls of a show: made, taken by one device, turned off (P3)."""

import datetime as dt
import secrets

from django.db import transaction

from livestreams.access.remotes import hash_key
from livestreams.errors import ShowEnded
from livestreams.errors.showing import RemoteMissing, RemotesFull
from livestreams.models import Livestream, RemoteControl
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit

LINK_HOLDS = dt.timedelta(minutes=10)
MOST_REMOTES = 4


def make_remote(livestream: Livestream, *, by: User) -> RemoteControl:
    """Make a link for one more device; a link that nobody opened yet is replaced.

    Raises:
        ShowEnded: there is nothing to steer any more.
        RemotesFull: four devices steer the show already.

    Locks: the livestream's row.
    """
    now = clock.now()
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
        if show.state == Livestream.State.ENDED:
            raise ShowEnded
        rows = RemoteControl.objects.filter(livestream=show, revoked_at=None)
        rows.filter(taken_at=None).update(revoked_at=now)
        if rows.filter(taken_at__isnull=False).count() >= MOST_REMOTES:
            raise RemotesFull
        remote = RemoteControl.objects.create(
            livestream=show, made_by=by, created_at=now, link_until=now + LINK_HOLDS
        )
        _record("livestreams.make_remote", remote, by)
    return remote


def take_remote(remote: RemoteControl, *, device: str) -> str:
    """Give a remote control to the device that opened its link; return the key.

    Raises:
        RemoteMissing: another device was first, or the link is over or turned off.
    """
    key = secrets.token_urlsafe(32)
    now = clock.now()
    with transaction.atomic():
        # No join: only what stands on the row itself is looked at anew after a wait.
        taken = RemoteControl.objects.filter(
            pk=remote.pk, taken_at=None, revoked_at=None, link_until__gt=now
        ).update(taken_at=now, key_hash=hash_key(key), device=device.strip()[:80])
        show = Livestream.objects.get(pk=remote.livestream_id)
        if show.state == Livestream.State.ENDED:
            raise RemoteMissing
        if not taken:
            raise RemoteMissing
        _record("livestreams.take_remote", remote, remote.made_by)
    return key


def revoke_remote(remote: RemoteControl, *, by: User) -> None:
    """Turn a remote control off, its next act is refused. Safe to repeat: yes."""
    with transaction.atomic():
        changed = RemoteControl.objects.filter(pk=remote.pk, revoked_at=None).update(
            revoked_at=clock.now()
        )
        if changed:
            _record("livestreams.revoke_remote", remote, by)


def _record(action: str, remote: RemoteControl, by: User) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="livestream",
        subject_ref=remote.livestream.public_id,
        facts={"remote": remote.public_id},
    )
