"""The remote controls of a show, as its studio lists them."""

import datetime as dt
from dataclasses import dataclass

from livestreams.models import Livestream, RemoteControl
from shopfront.common import clock


@dataclass(frozen=True, slots=True)
class RemoteDevice:
    """A device that steers the show."""

    public_id: str
    device: str
    made_by: str
    taken_at: dt.datetime


@dataclass(frozen=True, slots=True)
class StudioRemotes:
    """The link that waits for a device, and the devices there are."""

    may_make: bool
    waiting: str
    """Public id of the remote control whose link nobody opened yet, or nothing."""
    waits_until: dt.datetime | None
    devices: tuple[RemoteDevice, ...]


def read_remotes(livestream: Livestream) -> StudioRemotes:
    """Return a show's remote controls; one query."""
    if livestream.state == Livestream.State.ENDED:
        return StudioRemotes(may_make=False, waiting="", waits_until=None, devices=())
    rows = RemoteControl.objects.filter(livestream=livestream, revoked_at=None)
    waiting, devices = None, []
    for row in rows.select_related("made_by"):
        if row.taken_at is not None:
            name = row.made_by.name
            devices.append(RemoteDevice(row.public_id, row.device, name, row.taken_at))
        elif row.link_until > clock.now():
            waiting = row
    return StudioRemotes(
        may_make=True,
        waiting=waiting.public_id if waiting else "",
        waits_until=waiting.link_until if waiting else None,
        devices=tuple(devices),
    )
