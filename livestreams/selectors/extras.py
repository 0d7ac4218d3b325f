"""What a show has beside its shelf: drops of its products, and giveaways."""

import datetime as dt
from dataclasses import dataclass

from livestreams.models import Giveaway, Livestream
from livestreams.selectors.drops import PLANNED, link_drop, list_drops
from livestreams.selectors.giveaways import list_giveaways_of


@dataclass(frozen=True, slots=True)
class ShowExtra:
    """A link to a drop or a giveaway, with the moment that matters."""

    title: str
    url: str
    at: dt.datetime
    public_id: str
    state: str
    ends_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class ShowExtras:
    """Drops that are to come or run; giveaways for those who may enter (S6)."""

    drops: tuple[ShowExtra, ...]
    giveaways: tuple[ShowExtra, ...]


def list_extras(livestream: Livestream, *, is_adult: bool) -> ShowExtras:
    """Return the drops and giveaways of a show; one query, for adults two."""
    given = list_giveaways_of(livestream) if is_adult else []
    return ShowExtras(
        drops=tuple(
            ShowExtra(
                row.shown_title,
                link_drop(livestream.public_id, row),
                row.opens_at,
                row.public_id,
                PLANNED,
                row.ends_at,
            )
            for row in list_drops(livestream)
        ),
        giveaways=tuple(map(_describe, given)),
    )


def _describe(row: Giveaway) -> ShowExtra:
    url = row.get_absolute_url()
    return ShowExtra(row.title, url, row.closes_at, row.public_id, row.state)
