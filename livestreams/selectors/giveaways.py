"""Giveaways as everybody sees them: the rules, the proof, one's own pseudonym."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from livestreams.models import (
    Giveaway,
    GiveawayEntry,
    GiveawayTerms,
    Livestream,
    RoomEvent,
)
from livestreams.protocol.envelopes import Envelope, seal
from livestreams.protocol.giving import GiveawayChanged
from shopfront.common import clock
from shopfront.common.draws import hash_list, hash_text, rank_entries
from shopfront.models import Market, User

MOST_LISTED = 30


@dataclass(frozen=True, slots=True)
class GiveawayPage:
    """A giveaway with its market's terms and, once drawn, the draw computed again."""

    giveaway: Giveaway
    terms: GiveawayTerms | None
    entry: GiveawayEntry | None
    count: int
    winners: tuple[str, ...]
    is_right: bool

    @property
    def is_open(self) -> bool:
        """Whether one may still enter."""
        is_open = self.giveaway.state == Giveaway.State.OPEN
        return is_open and clock.now() < self.giveaway.closes_at

    @property
    def is_drawn(self) -> bool:
        """Whether the winners are known."""
        return self.giveaway.state == Giveaway.State.DRAWN


@dataclass(frozen=True, slots=True)
class StudioGiveaway:
    """A giveaway as its host sees it; who entered stays unknown."""

    public_id: str
    title: str
    state: str
    url: str
    closes_at: dt.datetime
    winners: int
    entry_count: int
    needs_value: bool
    """Whether the draw joins a number that is published after the end."""


@dataclass(frozen=True, slots=True)
class StudioGiveaways:
    """The giveaways of a show, and whether another may be opened."""

    is_allowed: bool
    may_open: bool
    items: tuple[StudioGiveaway, ...]


def get_giveaway_page(giveaway: Giveaway, user: User | None) -> GiveawayPage:
    """Return what a giveaway's page shows this person."""
    market = giveaway.livestream.market
    rows = GiveawayEntry.objects.filter(giveaway=giveaway)
    winners: tuple[str, ...] = ()
    is_right = False
    if giveaway.state == Giveaway.State.DRAWN:
        kept = rows.filter(rank__isnull=False).order_by("rank")
        winners = tuple(kept.values_list("pseudonym", flat=True))
        is_right = list(winners) == recompute(describe_draw(giveaway))
    return GiveawayPage(
        giveaway=giveaway,
        terms=GiveawayTerms.objects.filter(market=market).first(),
        entry=rows.filter(user=user).first() if user is not None else None,
        count=rows.count(),
        winners=winners,
        is_right=is_right,
    )


def list_giveaways(market: Market) -> list[Giveaway]:
    """List the giveaways of a market's open shows, those that still run first."""
    rows = Giveaway.objects.filter(
        livestream__market=market, livestream__audience=Livestream.Audience.EVERYBODY
    ).select_related("livestream")
    return sorted(
        rows.order_by("-closes_at")[:30],
        key=lambda row: row.state != Giveaway.State.OPEN,
    )


def list_giveaways_of(livestream: Livestream) -> list[Giveaway]:
    """List the giveaways of a show, the newest first; one query."""
    return list(Giveaway.objects.filter(livestream=livestream)[:MOST_LISTED])


def read_studio_giveaways(livestream: Livestream) -> StudioGiveaways:
    """Return what the studio shows of giveaways; two queries, three where one is open.

    Entries are counted for those who may still enter; later the list stands.
    """
    terms = GiveawayTerms.objects.filter(market=livestream.market_id).first()
    is_allowed = terms is not None and terms.is_allowed and not livestream.is_rehearsal
    rows = list_giveaways_of(livestream)
    waits = [row.pk for row in rows if row.state == Giveaway.State.OPEN]
    counts = dict(
        GiveawayEntry.objects.filter(giveaway__in=waits)
        .order_by()
        .values_list("giveaway")
        .annotate(total=Count("id"))
        if waits
        else ()
    )
    return StudioGiveaways(
        is_allowed=is_allowed,
        may_open=is_allowed and livestream.is_on_air,
        items=tuple(
            StudioGiveaway(
                public_id=row.public_id,
                title=row.title,
                state=row.state,
                url=row.get_absolute_url(),
                closes_at=row.closes_at,
                winners=row.winners,
                entry_count=counts.get(row.pk, row.entry_count),
                needs_value=bool(row.public_source),
            )
            for row in rows
        ),
    )


def describe_giveaway(giveaway: Giveaway) -> GiveawayChanged:
    """Return what tells a room how a giveaway stands."""
    return GiveawayChanged(
        id=giveaway.public_id,
        title=giveaway.title,
        state=giveaway.state,
        url=giveaway.get_absolute_url(),
        closes_at=giveaway.closes_at,
    )


def read_giveaways(public_ids: Collection[str]) -> dict[str, Giveaway]:
    """Return giveaways by public id; one query, none for none."""
    if not public_ids:
        return {}
    rows = Giveaway.objects.filter(public_id__in=public_ids)
    return {row.public_id: row for row in rows}


def list_envelopes(livestream: Livestream) -> list[Envelope]:
    """Return what tells of a show's giveaways, as its last events did; two queries."""
    told = RoomEvent.objects.filter(livestream=livestream, type=GiveawayChanged.type)
    last = {row.body["id"]: row.seq for row in told.order_by("seq")}
    rows = read_giveaways(last)
    return [
        seal(describe_giveaway(rows[public_id]), seq=seq)
        for public_id, seq in last.items()
    ]


def describe_draw(giveaway: Giveaway) -> dict[str, Any]:
    """Return what is published after a draw: enough to compute it again."""
    rows = GiveawayEntry.objects.filter(giveaway=giveaway).order_by("pseudonym")
    return {
        "giveaway": giveaway.public_id,
        "commitment": giveaway.seed_hash,
        "seed": giveaway.seed,
        "public_source": giveaway.public_source,
        "public_value": giveaway.public_value,
        "list_hash": giveaway.list_hash,
        "entries": list(rows.values_list("pseudonym", flat=True)),
        "winners": giveaway.winners,
    }


def recompute(draw: dict[str, Any]) -> list[str]:
    """Compute the winners from what was published; none where a hash is wrong."""
    if hash_text(draw["seed"]) != draw["commitment"]:
        return []
    if hash_list(draw["entries"]) != draw["list_hash"]:
        return []
    ranked = rank_entries(
        draw["entries"], seed=draw["seed"], public_value=draw["public_value"]
    )
    return ranked[: draw["winners"]]
