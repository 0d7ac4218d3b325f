"""Simulcast: further servers that get a copy of a show, and how each of them does."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Case, F, Value, When

from livestreams.errors import (
    TargetAddressWrong,
    TargetsFull,
    TargetTaken,
)
from livestreams.errors.rehearsing import NotInRehearsal
from livestreams.models import Livestream, SimulcastTarget
from shopfront.common import clock
from shopfront.common.outgoing import resolve_outgoing
from shopfront.common.sealing import SealBrokenError, seal, unseal
from shopfront.models import User
from shopfront.services import audit

MOST_TARGETS = 3
PORTS = {"rtmp": 1935, "rtmps": 443}
PURPOSE = "livestreams.simulcast"
ADDRESS = re.compile(r"rtmps?://[A-Za-z0-9.\-\[\]:]{1,120}/[\w./~%-]{1,100}")
KEY = re.compile(r"[\w.~%?&=/:+-]{1,200}")


@dataclass(frozen=True, slots=True)
class Relay:
    """A server that gets a copy now."""

    public_id: str
    url: str
    key: str = field(repr=False)


def add_target(
    livestream: Livestream, *, name: str, url: str, key: str, by: User
) -> SimulcastTarget:
    """Send a show on to one more server; its key is sealed and never shown again.

    Raises:
        AddressInternal: the address is not on the public internet.
        AddressUnknown: no server has this name.
        NotInRehearsal: the show is a rehearsal.
        TargetAddressWrong: it is no address of an RTMP server, or the key no key.
        TargetTaken: the show has a target of this name.
        TargetsFull: the show has as many as it may.

    Locks: the livestream's row.
    """
    if livestream.is_rehearsal:
        raise NotInRehearsal
    _check_address(url, key)
    with transaction.atomic():
        show = Livestream.objects.select_for_update().get(pk=livestream.pk)
        names = set(show.simulcast_targets.values_list("name", flat=True))
        if len(names) >= MOST_TARGETS:
            raise TargetsFull
        if name in names:
            raise TargetTaken
        target = SimulcastTarget.objects.create(
            livestream=show,
            name=name,
            url=url.rstrip("/"),
            sealed_key=seal(key, purpose=PURPOSE),
        )
        _record("livestreams.add_simulcast", target, by)
    return target


def switch_target(target: SimulcastTarget, *, is_on: bool, by: User) -> None:
    """Turn a copy on or off; the gateway follows within two seconds.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        SimulcastTarget.objects.filter(pk=target.pk).update(
            is_on=is_on, state=SimulcastTarget.State.IDLE, last_error="", kbits=0
        )
        _record("livestreams.switch_simulcast", target, by)


def remove_target(target: SimulcastTarget, *, by: User) -> None:
    """Send no more to a server, and forget its key."""
    with transaction.atomic():
        _record("livestreams.remove_simulcast", target, by)
        target.delete()


def list_relays(livestream: Livestream) -> tuple[Relay, ...]:
    """Return the servers that get a copy: only while the show is live.

    A break, a preview and a lost picture stay on our own pages.
    """
    if livestream.state != Livestream.State.LIVE:
        return ()
    relays = []
    for row in SimulcastTarget.objects.filter(livestream=livestream, is_on=True):
        try:
            key = unseal(row.sealed_key, purpose=PURPOSE)
        except SealBrokenError:
            continue
        relays.append(Relay(row.public_id, row.url, key))
    return tuple(relays)


def note_relay(public_id: str, *, state: str, sentence: str, kbits: int = 0) -> None:
    """Note how a copy stands, in a sentence of ours that holds no key.

    Args:
        public_id: the target.
        state: how it stands, by the model's value.
        sentence: what is wrong, else empty.
        kbits: thousands of bits a second that leave for it; 0 where unknown.

    Safe to repeat: yes.
    """
    since = Case(When(state=state, then=F("state_at")), default=Value(clock.now()))
    SimulcastTarget.objects.filter(public_id=public_id).update(
        state=state, last_error=sentence[:200], state_at=since, kbits=kbits
    )


def _check_address(url: str, key: str) -> None:
    if not ADDRESS.fullmatch(url) or not KEY.fullmatch(key):
        raise TargetAddressWrong
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or PORTS[parts.scheme]
    except ValueError as fault:
        raise TargetAddressWrong from fault
    if not host:
        raise TargetAddressWrong
    resolve_outgoing(host, port)


def _record(action: str, target: SimulcastTarget, by: User) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind="simulcast_target",
        subject_ref=target.public_id,
        facts={"show": target.livestream.public_id, "url": target.url},
    )
