"""Media gateways: which of them lives, and which show it carries."""

import datetime as dt
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from livestreams.models import Gateway, Livestream
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Audit, Outbox, User
from shopfront.services import audit, outbox

SILENT_AFTER = dt.timedelta(seconds=20)
DISK_TOPIC = "livestreams.gateway_disk_full"


@dataclass(frozen=True, slots=True)
class GatewayFacts:
    """What a gateway says of itself; empty addresses mean the site's own."""

    name: str
    base_url: str
    rtmp_url: str
    capacity: int
    free_bytes: int
    is_full: bool


def keep_gateway(facts: GatewayFacts) -> Gateway:
    """Keep a gateway's row by its heartbeat; staff are told when its disk fills.

    Safe to repeat: yes.
    """
    with transaction.atomic():
        known = Gateway.objects.select_for_update().filter(name=facts.name).first()
        row, _is_new = Gateway.objects.update_or_create(
            name=facts.name,
            defaults={
                "base_url": facts.base_url,
                "rtmp_url": facts.rtmp_url,
                "capacity": facts.capacity,
                "free_bytes": facts.free_bytes,
                "is_full": facts.is_full,
                "seen_at": clock.now(),
            },
        )
        if facts.is_full and not (known and known.is_full):
            _call_staff(row)
    return row


def place_livestream(livestream: Livestream, *, at: str = "") -> Gateway | None:
    """Return the gateway that carries a show, choosing one where none lives yet.

    A show stays where it is while that gateway lives. Else it goes to the gateway
    at which its picture just arrived, or to the least loaded; a show on a silent
    gateway moves. None while no gateway has room.

    Args:
        livestream: a show that may take a picture.
        at: name of the gateway at which an encoder waits.

    Locks: none; the choice is one conditional update.
    """
    living = Gateway.objects.filter(seen_at__gt=clock.now() - SILENT_AFTER)
    present = livestream.gateway_id and living.filter(pk=livestream.gateway_id).first()
    if present:
        return present
    chosen = _choose(living, at)
    if chosen is None:
        return None
    Livestream.objects.filter(pk=livestream.pk, gateway=livestream.gateway_id).update(
        gateway=chosen
    )
    livestream.refresh_from_db(fields=["gateway"])
    return livestream.gateway


def _choose(living: QuerySet[Gateway], at: str) -> Gateway | None:
    carried = Q(livestreams__publisher_seen_at__isnull=False) | Q(
        livestreams__state__in=[Livestream.State.LIVE, Livestream.State.PAUSED]
    )
    with_room = list(
        living.filter(is_full=False)
        .annotate(load=Count("livestreams", filter=carried))
        .filter(load__lt=F("capacity"))
        .order_by("load", "name")
    )
    here = [row for row in with_room if row.name == at]
    return next(iter(here or with_room), None)


def send_disk_alarm(message: Outbox) -> None:
    """Write to every member of staff that a gateway stopped recording.

    Safe to repeat: the Message-ID stays the same.
    """
    alarm = Audit.objects.get(public_id=message.payload["alarm"])
    people = User.objects.filter(is_staff=True, is_active=True)
    EmailMessage(
        subject=_("Disk full: media gateway %(name)s") % {"name": alarm.subject_ref},
        body=_(
            "The disk of media gateway %(name)s is full. Its shows go on, but they are "
            "not recorded, and it takes no new show. Free some space on it."
        )
        % {"name": alarm.subject_ref},
        bcc=list(people.values_list("email", flat=True)),
        headers=name_letter(f"disk-{alarm.public_id}"),
    ).send()


def _call_staff(row: Gateway) -> None:
    alarm = audit.record(
        DISK_TOPIC,
        actor=None,
        subject_kind="gateway",
        subject_ref=row.name,
        facts={"free_bytes": row.free_bytes},
    )
    outbox.post(DISK_TOPIC, f"disk:{alarm.public_id}", {"alarm": alarm.public_id})
