"""Drops in shows: rooms hear of what was announced, moved or called off (D1)."""

from django.db import transaction

from catalog.models import Drop
from livestreams.models import Livestream
from livestreams.selectors import drops as reads
from livestreams.services import room
from shopfront.common.ids import new_public_id
from shopfront.models import Outbox
from shopfront.services import outbox

TOPIC = "livestreams.drop_changed"


def post_drop_changed(drop: Drop) -> None:
    """Write into the open transaction that the rooms must hear of a drop."""
    outbox.post(TOPIC, new_public_id(), {"drop": drop.public_id})


def carry_drop_changed(message: Outbox) -> None:
    """Tell the rooms that sell the product of a drop how it stands by now.

    Safe to repeat: yes, a room may be told the same twice.

    Locks: each show in turn, so that its end is not followed by news of drops.
    """
    public_id = message.payload["drop"]
    drop = reads.read_drops([public_id])[public_id]
    for key in list(reads.list_shows_of(drop).values_list("pk", flat=True)):
        with transaction.atomic():
            show = Livestream.objects.select_for_update(no_key=True).get(pk=key)
            if show.state != Livestream.State.ENDED:
                room.append_events(show, [reads.describe_drop(show.public_id, drop)])


def tell_drops_of(livestream: Livestream, product_id: int) -> None:
    """Tell a room in the open transaction of drops of a product new on its shelf."""
    drops = [
        row for row in reads.list_drops(livestream) if row.product_id == product_id
    ]
    if drops:
        told = [reads.describe_drop(livestream.public_id, row) for row in drops]
        room.append_events(livestream, told)
