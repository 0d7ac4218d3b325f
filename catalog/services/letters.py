"""Letters about pieces that are kept: each is told once, by the outbox."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from catalog.access import make_place_token
from catalog.models import WaitingPlace
from shopfront.common import clock
from shopfront.common.letters import name_letter
from shopfront.models import Outbox
from shopfront.services import outbox

TOPIC = "catalog.tell_place"
BATCH = 500


def queue_offers() -> int:
    """Post a letter for every piece that was kept for a place; return how many.

    Locks: the places, passing over those that another sweep holds.
    Safe to repeat: each is marked in the transaction that posts its letter.
    """
    with transaction.atomic():
        rows = list(
            WaitingPlace.objects.select_for_update(skip_locked=True)
            .filter(state=WaitingPlace.State.OFFERED, told_at=None)
            .order_by("id")[:BATCH]
        )
        for row in rows:
            outbox.post(TOPIC, row.public_id, {"place": row.public_id})
        WaitingPlace.objects.filter(pk__in=[row.pk for row in rows]).update(
            told_at=clock.now()
        )
    return len(rows)


def send_offer(message: Outbox) -> None:
    """Tell a shopper that a piece is kept, unless it has passed on meanwhile.

    Safe to repeat: yes, the Message-ID stays the same.
    """
    place = (
        WaitingPlace.objects.select_related("variant__product", "market")
        .filter(public_id=message.payload["place"], state=WaitingPlace.State.OFFERED)
        .first()
    )
    if place is None:
        return
    with translation.override(place.language):
        _write(place).send()


def _write(place: WaitingPlace) -> EmailMessage:
    path = f"/places/open/{make_place_token(place)}/"
    context = {
        "place": place,
        "title": place.variant.shown_name,
        "address": settings.SITE_URL + path,
        "site_name": settings.SITE_NAME,
    }
    return EmailMessage(
        subject=_("Kept for you: %(title)s") % {"title": place.variant.shown_name},
        body=render_to_string("catalog/mail_place.txt", context),
        to=[place.email],
        headers=name_letter(f"place-{place.public_id}"),
    )
