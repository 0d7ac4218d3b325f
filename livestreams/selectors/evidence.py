"""What an order's page shows of the shows in which its lines were bought."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from livestreams.access.playback import find_replay
from livestreams.models import Livestream, Recording, SaidOnAir
from orders.models import Order, OrderLine
from shopfront.models import User


@dataclass(frozen=True, slots=True)
class BoughtOnAir:
    """A line and the moment of a show in which it was bought."""

    record: SaidOnAir
    offset: int | None
    """Whole seconds after the show's start, where the moment is known."""
    url: str
    """The moment in the replay, or the show while it is on air; else empty."""
    poster: str


def list_bought_on_air(
    order: Order, user: User | None, *, line: OrderLine | None = None
) -> list[BoughtOnAir]:
    """Return the records of an order's lines, or of one line; one query."""
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
    return [_describe(row, user) for row in rows]


def _describe(record: SaidOnAir, user: User | None) -> BoughtOnAir:
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
    return BoughtOnAir(record, offset, url, playback.poster if playback else "")


def _is_kept(show: Livestream) -> bool:
    recording: Recording | None = getattr(show, "recording", None)
    return show.state == Livestream.State.ENDED and recording is not None
