"""Giveaways as everybody sees them: the rules, the proof, one's own pseudonym."""

from dataclasses import dataclass
from typing import Any

from livestreams.models import Giveaway, GiveawayEntry, GiveawayTerms, Livestream
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
