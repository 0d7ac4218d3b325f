"""Clips as pages list them, and what a clip sells."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from catalog.models import Product
from catalog.selectors import cards_for
from livestreams.access.playback import get_clip_url
from livestreams.access.sources import Surface, mint_source_ref
from livestreams.models import Clip, ClipProduct, Livestream
from livestreams.selectors.shelves import ShelfItem
from livestreams.selectors.tiles import LISTED
from shopfront.models import Market, User

State = Clip.State


@dataclass(frozen=True, slots=True)
class ClipTile:
    """A clip in a list."""

    public_id: str
    title: str
    url: str
    poster: str
    seconds: int
    creator_name: str
    label: str


def list_clips_of(livestream: Livestream) -> list[ClipTile]:
    """Return the ready clips of a show that the caller may watch; one query."""
    return _describe(_ready().filter(livestream=livestream))


def list_clips_by(creator_id: int, *, limit: int = 12) -> list[ClipTile]:
    """Return a creator's newest clips that the public may find; one query."""
    listed = _ready().filter(livestream__audience__in=LISTED)
    return _describe(listed.filter(livestream__creator=creator_id)[:limit])


def list_clips_featuring(
    product_id: int, market: Market, *, limit: int = 12
) -> list[ClipTile]:
    """Return the newest clips of a market that show a product; one query."""
    listed = _ready().filter(livestream__audience__in=LISTED)
    shown = listed.filter(livestream__market=market, tags__product=product_id)
    return _describe(shown[:limit])


def list_clips_to_tend(livestream: Livestream) -> "QuerySet[Clip]":
    """Return a show's clips in every state but removed, each with its products."""
    rows = Clip.objects.filter(livestream=livestream).exclude(state=State.REMOVED)
    return rows.prefetch_related("products")


def list_shown_products(
    livestream: Livestream, public_ids: Sequence[str]
) -> list[Product]:
    """Return the products of these ids that were pinned in a show; one query."""
    pinned = Product.objects.filter(pin__livestream=livestream).distinct()
    return list(pinned.filter(public_id__in=public_ids).order_by("pk"))


def list_clip_shelf(clip: Clip) -> list[ShelfItem]:
    """Return what a clip sells at today's price; a constant number of queries."""
    products = list(
        ClipProduct.objects.filter(clip=clip).values_list("product", flat=True)
    )
    show = clip.livestream
    return [
        ShelfItem(
            card=card,
            source_ref=mint_source_ref(
                Surface.CLIP, livestream=show.public_id, product=card.public_id
            ),
        )
        for card in cards_for(products, show.market)
    ]


def find_clip_poster(clip: Clip, user: User | None = None) -> str:
    """Return where a clip's first picture is, signed, or its blurred copy."""
    if clip.cover:
        return default_storage.url(clip.cover)
    return get_clip_url(clip, user, ending="jpg")


def _ready() -> "QuerySet[Clip]":
    clips = Clip.objects.filter(state=State.READY)
    return clips.select_related("livestream__creator", "livestream__market")


def _describe(clips: "QuerySet[Clip]") -> list[ClipTile]:
    return [
        ClipTile(
            public_id=clip.public_id,
            title=clip.title,
            url=clip.get_absolute_url(),
            poster=find_clip_poster(clip),
            seconds=clip.seconds,
            creator_name=clip.livestream.creator.display_name,
            label=clip.livestream.market.partnership_label,
        )
        for clip in clips
    ]
