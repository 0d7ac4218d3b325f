"""Shows as the walls of the site show them: live, next, over."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.urls import reverse

from catalog.models import ProductPicture
from livestreams.access.playback import get_poster_url
from livestreams.models import Livestream, LivestreamProduct, Recording, Rsvp
from shopfront.common import clock
from shopfront.models import Market, User

LATE = dt.timedelta(hours=2)
"""A show that has not begun this long after its time is no longer announced."""

LISTED = (Livestream.Audience.EVERYBODY, Livestream.Audience.MARKET)
"""Whose shows stand on walls; those for adults or the invited go by their link."""

KEPT_WITHIN = dt.timedelta(minutes=1)
"""A recording that takes longer to be whole is not waited for on the page."""

COVER_WIDTH = 640
"""A cover of so many pixels is sharp enough for a phone's whole width."""


@dataclass(frozen=True, slots=True)
class ShowTile:
    """One show on a wall; viewers and wishes are filled in by who knows them."""

    public_id: str
    title: str
    description: str
    state: str
    creator_name: str
    creator_handle: str
    creator_picture: str
    label: str
    poster: str
    cover: str
    """The first product on the shelf: shown where there is no poster."""
    starts_at: dt.datetime
    ended_at: dt.datetime | None
    seconds: int
    time_zone: str
    is_demo: bool
    own_picture: str = ""
    """What the host uploaded, if anything."""
    viewers: str = ""
    is_wanted: bool = False
    is_being_kept: bool = False
    """Whether it ended this minute and its recording is not whole yet."""

    @property
    def frame(self) -> str:
        """The picture that stands for the show, if there is any."""
        return self.poster or self.cover

    @property
    def shared_picture(self) -> str:
        """The whole address of the picture that a shared link shows."""
        picture = self.own_picture or self.frame
        return urljoin(settings.SITE_URL, picture) if picture else ""

    @property
    def url(self) -> str:
        """Where the show is watched."""
        return reverse("livestreams:livestream-watch", args=[self.public_id])

    @property
    def replay_url(self) -> str:
        """Where its replay is watched."""
        return reverse("livestreams:replay-detail", args=[self.public_id])


def list_live_now(market: Market, *, limit: int = 24) -> list[ShowTile]:
    """Return the shows on air in a market, most watched first; one query."""
    shows = _listed(market).filter(
        state__in=[Livestream.State.LIVE, Livestream.State.PAUSED]
    )
    return _describe(shows.order_by("-viewers_peak", "started_at")[:limit])


def list_upcoming(market: Market, *, limit: int = 6) -> list[ShowTile]:
    """Return the next shows of a market, soonest first; one query."""
    shows = _listed(market).filter(
        state=Livestream.State.SCHEDULED, starts_at__gt=clock.now() - LATE
    )
    return _describe(shows.order_by("starts_at")[:limit])


def list_replays(market: Market, *, limit: int = 6) -> list[ShowTile]:
    """Return ended shows whose recording can be watched, newest first; one query."""
    shows = _listed(market).filter(
        state=Livestream.State.ENDED, recording__state=Recording.State.READY
    )
    return _describe(shows.order_by("-ended_at")[:limit])


def list_shows_of(creator_id: int, *, limit: int = 24) -> list[ShowTile]:
    """Return all shows of a creator that the public may see; one query."""
    shows = _public(_listed().filter(creator=creator_id))
    return _describe(shows.order_by("-starts_at")[:limit])


def list_shows_with(brand_id: int, *, limit: int = 24) -> list[ShowTile]:
    """Return shows that the public may see and that sell a brand; one query."""
    sold = LivestreamProduct.objects.filter(product__brand=brand_id)
    shows = _listed().filter(pk__in=sold.values("livestream"))
    return _describe(_public(shows).order_by("-starts_at")[:limit])


def list_shows_featuring(
    product_id: int, market: Market, *, limit: int = 6
) -> list[ShowTile]:
    """Return a market's shows with a product on their shelf; one query.

    On air first, then what comes, soonest first, then replays, newest first.
    """
    state = Livestream.State
    sold = LivestreamProduct.objects.filter(product=product_id)
    nearness = Case(
        When(state__in=[state.LIVE, state.PAUSED], then=0),
        When(state=state.SCHEDULED, then=1),
        default=2,
    )
    shows = _public(_listed(market).filter(pk__in=sold.values("livestream")))
    ahead = Case(When(state=state.SCHEDULED, then=F("starts_at")))
    return _describe(shows.order_by(nearness, ahead, "-starts_at")[:limit])


def search_shows(market: Market, query: str, *, limit: int = 12) -> list[ShowTile]:
    """Return shows whose title or creator is near the words; one query."""
    near = Q(title__trigram_word_similar=query) | Q(
        creator__display_name__trigram_word_similar=query
    )
    shows = _public(_listed(market)).filter(near)
    return _describe(shows.order_by("-starts_at")[:limit])


def get_tile(livestream: Livestream) -> ShowTile:
    """Return one show as its tile, with its cover; one query."""
    return describe_show(_select().get(pk=livestream.pk))


def mark_wanted(
    tiles: Iterable[ShowTile], user: User | AnonymousUser
) -> list[ShowTile]:
    """Mark the shows that a person asked to be reminded of; at most one query."""
    shown = list(tiles)
    if not isinstance(user, User) or not shown:
        return shown
    rows = Rsvp.objects.filter(
        user=user, livestream__public_id__in=[tile.public_id for tile in shown]
    )
    wanted = set(rows.values_list("livestream__public_id", flat=True))
    return [replace(tile, is_wanted=tile.public_id in wanted) for tile in shown]


def describe_show(livestream: Livestream) -> ShowTile:
    """Return one show as its tile; its creator and market should be loaded."""
    creator, market = livestream.creator, livestream.market
    recording: Recording | None = getattr(livestream, "recording", None)
    return ShowTile(
        public_id=livestream.public_id,
        title=livestream.title,
        description=livestream.description,
        state=livestream.state,
        creator_name=creator.display_name,
        creator_handle=creator.handle,
        creator_picture=creator.picture.url if creator.picture else "",
        label=market.partnership_label,
        poster=get_poster_url(livestream),
        cover=_find_cover(livestream),
        starts_at=livestream.starts_at,
        ended_at=livestream.ended_at,
        seconds=recording.seconds if recording and recording.is_ready else 0,
        time_zone=market.time_zone,
        is_demo=livestream.is_demo,
        own_picture=livestream.poster.url if livestream.poster else "",
        is_being_kept=_is_being_kept(livestream, recording),
    )


def _is_being_kept(livestream: Livestream, recording: Recording | None) -> bool:
    if recording is None or livestream.ended_at is None:
        return False
    is_late = clock.now() - livestream.ended_at > KEPT_WITHIN
    return recording.state == Recording.State.RECORDING and not is_late


def _find_cover(livestream: Livestream) -> str:
    facts = vars(livestream)
    if not facts.get("cover_name"):
        return ""
    sizes = sorted((facts["cover_sizes"] or {}).get("jpeg", []))
    sharp = [name for width, name in sizes if width >= COVER_WIDTH]
    names = sharp or [name for _, name in sizes[-1:]] or [facts["cover_name"]]
    return default_storage.url(names[0])


def _select() -> "QuerySet[Livestream]":
    covers = (
        ProductPicture.objects.shown()
        .filter(product__livestreamproduct__livestream=OuterRef("pk"))
        .order_by("product__livestreamproduct__position", "position", "id")
    )
    shows = Livestream.objects.select_related("creator", "market", "recording")
    return shows.annotate(
        cover_name=Subquery(covers.values("original")[:1]),
        cover_sizes=Subquery(covers.values("renditions")[:1]),
    )


def _listed(market: Market | None = None) -> "QuerySet[Livestream]":
    shows = _select().filter(audience__in=LISTED)
    return shows if market is None else shows.filter(market=market)


def _public(shows: "QuerySet[Livestream]") -> "QuerySet[Livestream]":
    """Keep what is on air, truly ahead, or can be watched again."""
    state = Livestream.State
    ahead = Q(state=state.SCHEDULED, starts_at__gt=clock.now() - LATE)
    over = Q(state=state.ENDED, recording__state=Recording.State.READY)
    return shows.filter(Q(state__in=[state.LIVE, state.PAUSED]) | ahead | over)


def _describe(shows: "QuerySet[Livestream]") -> list[ShowTile]:
    return [describe_show(show) for show in shows]
