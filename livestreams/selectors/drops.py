"""Drops of what a show sells, as its page and its room tell of them."""

import datetime as dt
from collections.abc import Collection
from urllib.parse import urlencode

from django.db.models import QuerySet

from catalog.models import Drop
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import Livestream, LivestreamProduct, RoomEvent
from livestreams.protocol.drops import DropChanged
from livestreams.protocol.envelopes import Envelope, seal
from shopfront.common import clock

PLANNED, CALLED_OFF = "planned", "called_off"


def list_drops(livestream: Livestream) -> list[Drop]:
    """List the drops that are to come or run of what a show shelves; one query."""
    rows = Drop.objects.filter(
        market=livestream.market_id,
        ends_at__gt=clock.now(),
        product__livestreamproduct__livestream=livestream,
    )
    return list(rows.select_related("product").order_by("opens_at"))


def list_shows_of(drop: Drop) -> QuerySet[Livestream]:
    """Return the shows of its market, to come or on air, that shelve its product."""
    shelves = LivestreamProduct.objects.filter(product=drop.product_id)
    rows = Livestream.objects.filter(
        market=drop.market_id, pk__in=shelves.values("livestream")
    )
    return rows.exclude(state=Livestream.State.ENDED).order_by("pk")


def link_drop(livestream: str, drop: Drop, *, at: dt.datetime | None = None) -> str:
    """Return a drop's address that says in which show it was tapped (N2).

    Args:
        livestream: public id of the show.
        drop: with its product.
        at: from when the source is good; now unless told.
    """
    ref = mint_source_ref(
        Surface.SHELF, livestream=livestream, product=drop.product.public_id, at=at
    )
    return f"{drop.get_absolute_url()}?{urlencode({'show': livestream, 'ref': ref})}"


def describe_drop(livestream: str, drop: Drop) -> DropChanged:
    """Return what tells a room how a drop stands, the same each time it is asked."""
    return DropChanged(
        id=drop.public_id,
        product=drop.product.public_id,
        name=drop.title,
        names=drop.list_words("title"),
        state=CALLED_OFF if drop.called_off_at else PLANNED,
        url=link_drop(livestream, drop, at=drop.opens_at),
        opens_at=drop.opens_at,
        ends_at=drop.ends_at,
    )


def read_drops(public_ids: Collection[str]) -> dict[str, Drop]:
    """Return drops by public id; one query, none for none."""
    if not public_ids:
        return {}
    rows = Drop.objects.filter(public_id__in=public_ids).select_related("product")
    return {row.public_id: row for row in rows}


def list_envelopes(livestream: Livestream) -> list[Envelope]:
    """Return what tells of a room's drops, as its last events did; two queries."""
    told = RoomEvent.objects.filter(livestream=livestream, type=DropChanged.type)
    last = {row.body["id"]: row.seq for row in told.order_by("seq")}
    rows = read_drops(last)
    return [
        seal(describe_drop(livestream.public_id, rows[public_id]), seq=seq)
        for public_id, seq in sorted(last.items(), key=lambda pair: pair[1])
    ]
