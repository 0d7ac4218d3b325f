"""What the demo's broadcaster sends: its shows on air and their pictures."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.models import ProductPicture
from livestreams.access.playback import get_stream_name
from livestreams.models import Livestream


@dataclass(frozen=True, slots=True)
class DemoShow:
    """A demo show on air and the name under which an encoder sends it."""

    public_id: str
    title: str
    stream_name: str
    started_at: dt.datetime | None = None


def list_demo_shows() -> list[DemoShow]:
    """List the demo shows that are live or paused."""
    on_air = [Livestream.State.LIVE, Livestream.State.PAUSED]
    rows = Livestream.objects.filter(is_demo=True, state__in=on_air).order_by("pk")
    return [DemoShow(row.public_id, row.title, get_stream_name(row)) for row in rows]


def count_playing_demo_shows(since: dt.datetime) -> int:
    """Count the demo shows whose picture came after a moment and is still there."""
    return Livestream.objects.filter(
        is_demo=True,
        publisher_seen_at__gte=since,
        publisher_lost_at=None,
    ).count()


def list_unrecorded_demo_shows() -> list[DemoShow]:
    """List the demo shows that are over and have no recording yet."""
    rows = Livestream.objects.filter(
        is_demo=True, state=Livestream.State.ENDED, recording=None
    ).exclude(started_at=None)
    return [
        DemoShow(row.public_id, row.title, get_stream_name(row), row.started_at)
        for row in rows.order_by("pk")
    ]


def list_shelf_pictures(public_id: str) -> Iterable[ProductPicture]:
    """List the first picture of each product on a show's shelf, in its order."""
    rows = (
        ProductPicture.objects.shown()
        .filter(product__livestreamproduct__livestream__public_id=public_id)
        .select_related("product")
    )
    ordered = rows.order_by("product__livestreamproduct__position", "position", "pk")
    seen: set[int] = set()
    for picture in ordered:
        if picture.product_id not in seen:
            seen.add(picture.product_id)
            yield picture
