"""What an order's page shows of the shows in which its lines were bought."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from livestreams.access.playback import find_replay, get_clip_url
from livestreams.models import EvidenceClip, Livestream, Recording, SaidOnAir
from livestreams.models.evidence import find_start
from orders.models import Order, OrderLine
from shopfront.models import User

Clips = Mapping[tuple[int, dt.datetime], EvidenceClip]


@dataclass(frozen=True, slots=True)
class BoughtOnAir:
    """A line and the moment of a show in which it was bought."""

    record: SaidOnAir
    offset: int | None
    """Whole seconds after the show's start, where the moment is known."""
    url: str
    """The moment in the replay, or the show while it is on air; else empty."""
    poster: str
    clip: str = ""
    """The signed address of the minute that is kept for it."""
    still: str = ""


def list_bought_on_air(
    order: Order, user: User | None, *, line: OrderLine | None = None
) -> list[BoughtOnAir]:
    """Return the records of an order's lines, or of one line; two queries."""
    rows = SaidOnAir.objects.filter(line__order=order).select_related(
        "line__price_version",
        "livestream__creator",
        "livestream__market",
        "livestream__recording",
        "pin",
        "offer",
    )
    if line is not None:
        rows = rows.filter(line=line)
    found = list(rows)
    clips = _read_clips(found)
    return [_describe(row, user, clips) for row in found]


def _read_clips(rows: Sequence[SaidOnAir]) -> Clips:
    """Read the clips that are kept for records, by show and start."""
    shows = {row.livestream_id for row in rows if row.media_time is not None}
    if not shows:
        return {}
    starts = {find_start(row.media_time) for row in rows if row.media_time is not None}
    kept = EvidenceClip.objects.filter(
        livestream__in=shows, at__in=starts, state=EvidenceClip.State.READY
    )
    return {(clip.livestream_id, clip.at): clip for clip in kept}


def _describe(record: SaidOnAir, user: User | None, clips: Clips) -> BoughtOnAir:
    show, moment = record.livestream, record.media_time
    offset = None
    if moment is not None and show.started_at is not None:
        offset = max(0, round((moment - show.started_at).total_seconds()))
    playback = find_replay(show, user) if _is_kept(show) else None
    url = ""
    if playback is not None:
        url = reverse("livestreams:replay-detail", args=[show.public_id])
        if moment is not None:
            url += f"?{urlencode({'at': int(moment.timestamp() * 1000)})}"
    elif show.is_on_air:
        url = show.get_absolute_url()
    poster = playback.poster if playback else ""
    clip = clips.get((show.pk, find_start(moment))) if moment is not None else None
    if clip is None:
        return BoughtOnAir(record, offset, url, poster)
    clip.livestream = show
    address = get_clip_url(clip, user)
    still = get_clip_url(clip, user, ending="jpg")
    return BoughtOnAir(record, offset, url, poster, address, still)


def _is_kept(show: Livestream) -> bool:
    recording: Recording | None = getattr(show, "recording", None)
    return show.state == Livestream.State.ENDED and recording is not None
