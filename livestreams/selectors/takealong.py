"""What a creator takes along: which files, and the tables that go with them (P8)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Max, Min, QuerySet

from creators.models import Creator, Follow
from creators.selectors.tables import write_table
from livestreams.models import Clip, Livestream, LivestreamProduct, Recording, TakeAlong
from shopfront.models import User

KEPT = (Recording.State.READY, Recording.State.HIDDEN)
Row = tuple[object, ...]
PRODUCT_COLUMNS = ("product", "brand", "address", "first_shown", "last_shown")
FOLLOWER_COLUMNS = ("name", "email", "agreed_at")
SHOW_COLUMNS = (
    "show",
    "title",
    "started_at",
    "ended_at",
    "viewers",
    "most_at_once",
)


@dataclass(frozen=True, slots=True)
class Holdings:
    """The videos that a creator has, and how large they are together."""

    recordings: tuple[Recording, ...]
    clips: tuple[Clip, ...]

    @property
    def bytes_count(self) -> int:
        """Roughly what they take; a recording is joined, never made larger."""
        shows = sum(one.bytes_count for one in self.recordings)
        return shows + sum(one.bytes_count for one in self.clips)

    @property
    def largest(self) -> int:
        """What the largest recording takes, which is joined beside the file."""
        return max((one.bytes_count for one in self.recordings), default=0)


def find_newest(creator: Creator) -> TakeAlong | None:
    """Return what a creator asked for last, or None."""
    return TakeAlong.objects.filter(creator=creator).order_by("-id").first()


def read_holdings(creator: Creator) -> Holdings:
    """Return a creator's replays and clips that can be watched; two queries.

    What was taken down is not theirs to have from us, what expired is gone.
    """
    recordings = (
        Recording.objects.filter(
            livestream__creator=creator,
            livestream__rehearsal_of=None,
            state__in=KEPT,
        )
        .select_related("livestream")
        .order_by("livestream__starts_at", "pk")
    )
    clips = (
        Clip.objects.filter(livestream__creator=creator, state=Clip.State.READY)
        .select_related("livestream")
        .order_by("created_at", "pk")
    )
    return Holdings(tuple(recordings), tuple(clips))


def write_shows(creator: Creator) -> Iterator[str]:
    """Write a line for each show that took place."""
    rows = Livestream.objects.filter(
        creator=creator, rehearsal_of=None, started_at__isnull=False
    ).order_by("started_at", "pk")
    found: Iterable[Row] = (
        (
            row.public_id,
            row.title,
            row.started_at,
            row.ended_at,
            row.viewers_total,
            row.viewers_peak,
        )
        for row in rows.iterator(chunk_size=500)
    )
    return write_table(SHOW_COLUMNS, found)


def write_products(creator: Creator) -> Iterator[str]:
    """Write each product that a creator's shows had on the shelf."""
    rows = (
        LivestreamProduct.objects.filter(
            livestream__creator=creator, livestream__started_at__isnull=False
        )
        .order_by("product")
        .values_list("product__title", "product__brand__name", "product__slug")
        .annotate(
            first=Min("livestream__started_at"), last=Max("livestream__started_at")
        )
    )
    found: Iterable[Row] = (
        (title, brand, f"{settings.SITE_URL}/p/{slug}/", first, last)
        for title, brand, slug, first, last in rows
    )
    return write_table(PRODUCT_COLUMNS, found)


def write_followers(creator: Creator) -> Iterator[str]:
    """Write the followers who agreed that their address goes along."""
    rows = _list_sharing(creator).select_related("user").order_by("pk")
    found: Iterable[Row] = (
        (row.user.name, row.user.email, row.shared_at)
        for row in rows.iterator(chunk_size=500)
    )
    return write_table(FOLLOWER_COLUMNS, found)


def count_sharing(creator: Creator) -> int:
    """Count the followers who agreed that their address goes along; one query."""
    return _list_sharing(creator).count()


def _list_sharing(creator: Creator) -> "QuerySet[Follow]":
    rows = Follow.objects.filter(
        creator=creator, shared_at__isnull=False, user__is_active=True
    )
    return rows.exclude(user__age_band=User.AgeBand.UNDER_18)
