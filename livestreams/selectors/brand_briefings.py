"""Briefings as brands see them: for which shows they may have wishes, and what stands.

A brand reads what was accepted. It never reads a refusal: a line that was refused
looks like one that nobody has answered (P9).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q

from catalog.models import Brand
from livestreams.access.briefings import list_paid, list_shelved
from livestreams.models import Briefing, BriefingLine, Livestream

MOST_SHOWN = 100
Answer, State = BriefingLine.Answer, Livestream.State


@dataclass(frozen=True, slots=True)
class Briefable:
    """A planned show for which a brand may have wishes."""

    brand: Brand
    show: Livestream
    lines: int
    accepted: int


@dataclass(frozen=True, slots=True)
class WishView:
    """A line of a brand's briefing with what the brand may know of it."""

    text: str
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class OwnBriefing:
    """The wishes of a brand for one show."""

    is_fixed: bool
    lines: tuple[WishView, ...]

    @property
    def text(self) -> str:
        """The wishes as they are typed, one a line."""
        return "\n".join(line.text for line in self.lines)


def list_briefable(brands: Sequence[Brand]) -> tuple[Briefable, ...]:
    """Return the planned shows of brands' goods and money, the next first.

    Four queries, however many shows there are.
    """
    pairs: dict[int, set[int]] = defaultdict(set)
    keys = {brand.public_id: brand.pk for brand in brands}
    planned = {"livestream__state": State.SCHEDULED}
    for show, brand in (
        list_shelved(brands)
        .filter(**planned)
        .values_list("livestream", "product__brand")
    ):
        pairs[show].add(brand)
    for show, ref in (
        list_paid(brands)
        .filter(state=State.SCHEDULED)
        .values_list("pk", "agreement__payer__owner_ref")
    ):
        pairs[show].add(keys[ref])
    shows = Livestream.objects.select_related("creator", "market").filter(pk__in=pairs)
    written = _count_lines(pairs, brands)
    return tuple(
        Briefable(brand, show, *written.get((show.pk, brand.pk), (0, 0)))
        for show in shows.order_by("starts_at", "pk")[:MOST_SHOWN]
        for brand in brands
        if brand.pk in pairs[show.pk]
    )


def find_own_briefing(brand: Brand, livestream: Livestream) -> OwnBriefing | None:
    """Return the present version of a brand's wishes for a show; one query."""
    lines = list(
        BriefingLine.objects.filter(
            briefing__livestream=livestream,
            briefing__brand=brand,
            version=F("briefing__version"),
        )
        .select_related("briefing")
        .order_by("position")
    )
    if not lines:
        return None
    return OwnBriefing(
        is_fixed=lines[0].briefing.fixed_at is not None,
        lines=tuple(
            WishView(line.text, line.answer == Answer.ACCEPTED) for line in lines
        ),
    )


def _count_lines(
    shows: dict[int, set[int]], brands: Sequence[Brand]
) -> dict[tuple[int, int | None], tuple[int, int]]:
    """Count the lines, and the accepted ones, by show and brand; one query."""
    present = Q(lines__version=F("version"))
    rows = (
        Briefing.objects.filter(livestream__in=shows, brand__in=brands)
        .order_by()
        .annotate(
            written=Count("lines", filter=present),
            accepted=Count("lines", filter=present & Q(lines__answer=Answer.ACCEPTED)),
        )
    )
    return {
        (row.livestream_id, row.brand_id): (row.written, row.accepted) for row in rows
    }
