"""Earlier prices that captions speak of, compared with the record of prices (D3).

Read where captions are stored, a batch at a time; no viewer costs anything.
"""

import datetime as dt
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from catalog.selectors.lows import LowRecord, read_lows
from livestreams.models import CaptionCue, DeniedClaim, Livestream, Pin
from livestreams.protocol.webvtt import Cue
from livestreams.selectors.pins import describe_pin, select_pins
from livestreams.services import room
from livestreams.services.spoken_prices import read_spoken_prices
from shopfront.common import clock
from shopfront.common.money import Money

PAUSE_MS = 5_000
"""After so long without words a new sentence begins."""
EARLY = dt.timedelta(seconds=3)
"""A host may speak of goods just before they are pinned."""
MOST_TEXT = 200
AROUND = 60
MOST_CLAIMS = 200


@dataclass(frozen=True, slots=True)
class HeardPrice:
    """An earlier price, the line that ends with it, and the words around it."""

    price: Money
    cue: Cue
    words: str


@dataclass(frozen=True, slots=True)
class Denial:
    """A price about a pin that the record denies."""

    pin: int
    heard: HeardPrice
    said_at: dt.datetime
    lowest_minor: int


def note_claims(
    livestream: Livestream, language: str, cues: Sequence[Cue], *, start_ms: int = 0
) -> int:
    """Compare earlier prices in stored lines with the record; return the denied ones.

    What is denied is told to the host, kept for staff, and set right on the card.
    Lines without a figure cost no query; however many prices are heard, the record is
    read once for all of them.

    Args:
        livestream: the show.
        language: of the lines.
        cues: lines that the open transaction stores.
        start_ms: the moment that their times count from, ms since 1970.

    Locks: the rows of the pins that are concerned, by key.

    Safe to repeat: yes; a price is denied once for each pin.
    """
    lines = sorted(cues, key=lambda cue: cue.from_ms)
    if not any(letter.isdecimal() for line in lines for letter in line.text):
        return 0
    heard = list(_hear(livestream, language, lines))[:MOST_CLAIMS]
    if not heard:
        return 0
    denials = _weigh(livestream, heard, start_ms)
    locked = lock_pins({one.pin for one in denials})
    kept = [one for one in denials if _keep(locked[one.pin], language, one)]
    for key in dict.fromkeys(one.pin for one in kept):
        _tell(livestream, locked[key])
    return len(kept)


def lock_pins(keys: Collection[int]) -> dict[int, Pin]:
    """Lock pins in the open transaction, always in the same order, and return them."""
    rows = Pin.objects.select_for_update(no_key=True).filter(pk__in=keys)
    return {pin.pk: pin for pin in rows.order_by("pk")} if keys else {}


def _hear(
    livestream: Livestream, language: str, lines: Sequence[Cue]
) -> Iterator[HeardPrice]:
    """Yield what lines speak of, the end of the line before them among it."""
    before = _find_line_before(livestream, language, lines[0])
    text = f"{before} " if before else ""
    ends, until_ms = [], lines[0].from_ms
    for line in lines:
        text += ". " if line.from_ms - until_ms > PAUSE_MS else ""
        text += " ".join(line.text.split()) + " "
        ends.append(len(text))
        until_ms = line.until_ms
    for one in read_spoken_prices(text, language, livestream.market.currency):
        if one.end > len(before) + 1 or not before:
            start = max(0, one.start - AROUND)
            words = text[start : one.end + AROUND].strip()[:MOST_TEXT]
            place = min(bisect_left(ends, one.end), len(lines) - 1)
            yield HeardPrice(one.price, lines[place], words)


def _find_line_before(livestream: Livestream, language: str, first: Cue) -> str:
    rows = CaptionCue.objects.filter(
        track__livestream=livestream,
        track__language=language,
        from_ms__lt=first.from_ms,
        until_ms__gte=first.from_ms - PAUSE_MS,
    )
    text = rows.order_by("-from_ms").values_list("text", flat=True).first()
    return " ".join((text or "").split())


def _find_moment(cue: Cue, start_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp((cue.from_ms + start_ms) / 1000, tz=dt.UTC)


def _read_pins(livestream: Livestream, since: dt.datetime) -> list[Pin]:
    rows = Pin.objects.filter(
        Q(removed_at=None) | Q(removed_at__gte=since), livestream=livestream
    )
    return list(rows.select_related("product").order_by("-placed_at", "-id"))


def _weigh(
    livestream: Livestream, heard: Sequence[HeardPrice], start_ms: int
) -> list[Denial]:
    """Return what the record denies of prices; three queries at most."""
    moments = [_find_moment(one.cue, start_ms) for one in heard]
    first, last = min(moments), max(moments)
    pins = _read_pins(livestream, first)
    products = {pin.product_id for pin in pins}
    record = read_lows(products, livestream.market, first, last)
    found = [
        _weigh_one(record, [pin for pin in pins if _is_shown(pin, at)], one, at)
        for one, at in zip(heard, moments, strict=True)
    ]
    return [one for one in found if one is not None]


def _weigh_one(
    record: LowRecord, shown: Sequence[Pin], heard: HeardPrice, at: dt.datetime
) -> Denial | None:
    """Return what the record says against a price; None where it does not deny it.

    It may be about any product on screen; where the newest shown is a bundle it is
    about that, which has no such record.
    """
    if not shown or shown[0].bundle_id is not None:
        return None
    found = [record.find(pin.product, at) for pin in shown]
    lows = [one for one in found if one is not None]
    newest = found[0]
    if newest is None or any(heard.price.minor <= one.highest for one in lows):
        return None
    return Denial(shown[0].pk, heard, at, newest.lowest)


def _is_shown(pin: Pin, at: dt.datetime) -> bool:
    begun = (pin.media_time or pin.placed_at) - EARLY <= at
    return begun and (pin.removed_at is None or pin.removed_at >= at)


def _keep(pin: Pin, language: str, denial: Denial) -> bool:
    """Keep a denied price with its locked pin; False if it was denied there before."""
    heard, now = denial.heard, clock.now()
    _claim, is_new = DeniedClaim.objects.get_or_create(
        pin=pin,
        said_minor=heard.price.minor,
        defaults={
            "language": language,
            "from_ms": round(denial.said_at.timestamp() * 1000),
            "text": heard.words,
            "lowest_minor": denial.lowest_minor,
            "currency": heard.price.currency,
            "at": now,
        },
    )
    if not is_new:
        return False
    pin.said_minor, pin.lowest_minor = heard.price.minor, denial.lowest_minor
    pin.denied_at = now
    pin.save(update_fields=["said_minor", "lowest_minor", "denied_at"])
    return True


def _tell(livestream: Livestream, pin: Pin) -> None:
    """Set the card right in the room while it is on screen."""
    if livestream.is_on_air and pin.removed_at is None:
        room.announce(livestream, [describe_pin(select_pins().get(pk=pin.pk))])
