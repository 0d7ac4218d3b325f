"""The said-on-air record of paid lines: moment, pin, offer and words (B8)."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Q

from livestreams.access.sources import Source, find_source
from livestreams.models import CaptionCue, CaptionTrack, Livestream, Pin, SaidOnAir
from livestreams.selectors.origins import is_tap_on
from orders.models import OrderLine

BEFORE, AFTER = dt.timedelta(seconds=10), dt.timedelta(seconds=30)


def record_lines(lines: Iterable[OrderLine], *, at: dt.datetime) -> int:
    """Write the record of each line that was bought in a show; return how many.

    Args:
        lines: with `variant.product` and `price_version`.
        at: when the order was made; a source that was too old then counts as none.

    Safe to repeat: yes, a line is recorded once.
    """
    found = [
        (line, source)
        for line in lines
        if (source := find_source(line.source_ref, at=at)) is not None
        and is_tap_on(source, line)
    ]
    if not found:
        return 0
    shows = Livestream.objects.filter(rehearsal_of=None).in_bulk(
        {source.livestream for _, source in found}, field_name="public_id"
    )
    pins = Pin.objects.in_bulk(
        {source.pin for _, source in found if source.pin}, field_name="public_id"
    )
    records = [
        _describe(line, source, shows[source.livestream], pins.get(source.pin))
        for line, source in found
        if source.livestream in shows
    ]
    SaidOnAir.objects.bulk_create(records, ignore_conflicts=True)
    return len(records)


def _describe(
    line: OrderLine, source: Source, show: Livestream, pin: Pin | None
) -> SaidOnAir:
    moment = _find_moment(line, show, pin)
    return SaidOnAir(
        line=line,
        livestream=show,
        surface=source.surface,
        pin=pin,
        offer_id=line.price_version.offer_id,
        tapped_at=line.shown_at,
        media_time=moment,
        words=_find_words(show, moment) if moment else "",
    )


def _find_moment(
    line: OrderLine, show: Livestream, pin: Pin | None
) -> dt.datetime | None:
    """Return when the product came on screen, else when it was tapped on air."""
    if pin is not None:
        return pin.media_time or pin.placed_at
    if show.started_at is None or line.shown_at < show.started_at:
        return None
    return None if show.ended_at and line.shown_at > show.ended_at else line.shown_at


def _find_words(show: Livestream, moment: dt.datetime) -> str:
    """Return the captions around a moment in the show's own language."""
    live, upload = CaptionTrack.Origin.LIVE, CaptionTrack.Origin.UPLOAD
    start = show.started_at or moment
    near = Q(pk__in=[])
    for origin, zero in ((live, 0.0), (upload, start.timestamp())):
        near |= Q(
            track__origin=origin,
            from_ms__lt=int(((moment + AFTER).timestamp() - zero) * 1000),
            until_ms__gt=int(((moment - BEFORE).timestamp() - zero) * 1000),
        )
    cues = CaptionCue.objects.filter(near, track__livestream=show)
    rows = cues.order_by("from_ms", "id").values_list("track__language", "text")
    spoken = show.language.partition("-")[0]
    return " ".join(text for language, text in rows if language.startswith(spoken))
