"""What a show has beside its shelf: drops of its products, and giveaways."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from catalog.models import Drop
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import Giveaway, Livestream
from livestreams.selectors.giveaways import list_giveaways_of
from shopfront.common import clock


@dataclass(frozen=True, slots=True)
class ShowExtra:
    """A link to a drop or a giveaway, with the moment that matters."""

    title: str
    url: str
    at: dt.datetime
    public_id: str
    state: str


@dataclass(frozen=True, slots=True)
class ShowExtras:
    """Drops that are to come or run; giveaways for those who may enter (S6)."""

    drops: tuple[ShowExtra, ...]
    giveaways: tuple[ShowExtra, ...]


def list_extras(livestream: Livestream, *, is_adult: bool) -> ShowExtras:
    """Return the drops and giveaways of a show; one query, for adults two."""
    drops = Drop.objects.filter(
        market=livestream.market_id,
        ends_at__gt=clock.now(),
        product__livestreamproduct__livestream=livestream,
    ).select_related("product")
    given = list_giveaways_of(livestream) if is_adult else []
    return ShowExtras(
        drops=tuple(
            ShowExtra(
                row.shown_title,
                _link_drop(livestream, row),
                row.opens_at,
                row.public_id,
                "",
            )
            for row in drops.order_by("opens_at")
        ),
        giveaways=tuple(map(_describe, given)),
    )


def _link_drop(livestream: Livestream, drop: Drop) -> str:
    """Return a drop's address that says in which show it was tapped (N2)."""
    ref = mint_source_ref(
        Surface.SHELF,
        livestream=livestream.public_id,
        product=drop.product.public_id,
    )
    query = urlencode({"show": livestream.public_id, "ref": ref})
    return f"{drop.get_absolute_url()}?{query}"


def _describe(row: Giveaway) -> ShowExtra:
    url = row.get_absolute_url()
    return ShowExtra(row.title, url, row.closes_at, row.public_id, row.state)
