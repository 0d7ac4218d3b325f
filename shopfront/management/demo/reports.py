"""What reports of the demo show: past audiences, a follower who shares, welfare."""

import datetime as dt

from creators.models import Creator, WelfarePerson
from creators.services.follows import follow_creator, share_address
from livestreams.models import AudienceMinute, Livestream, LivestreamProduct, Pin
from shopfront.common import clock
from shopfront.models import User

WEEK = dt.timedelta(days=7)
MINUTES = 50
PINNED = dt.timedelta(minutes=9)
FIRST, FIRST_WEEKS = "The first one", 6
PAST = (
    ("Two lamps, one corner", 61, 1),
    ("A hallway that greets you", 44, 2),
    ("Small kitchens, honest prices", 52, 3),
    (FIRST, 18, FIRST_WEEKS),
)
"""Titles of past shows, how many watched at most, and how many weeks ago."""


def ensure_reports(host: Creator, shelf: Livestream, people: dict[str, User]) -> None:
    """Let a host have past shows with audiences, and be looked after if they wish."""
    for title, most, weeks in PAST:
        _ensure_past(host, shelf, title, most, weeks=weeks)
    WelfarePerson.objects.get_or_create(
        market=host.market,
        until=None,
        defaults={"user": people["staff"], "name": "Sam, who looks after creators"},
    )
    follow_creator(host, user=people["shopper"])
    share_address(host, user=people["shopper"], is_shared=True)


def fill_seats(show: Livestream, *, most: int = 61) -> None:
    """Leave an audience that comes, stays and goes, a minute each."""
    begin = show.starts_at.replace(second=0, microsecond=0)
    AudienceMinute.objects.filter(livestream=show).delete()
    AudienceMinute.objects.bulk_create(
        AudienceMinute(
            livestream=show,
            at=begin + dt.timedelta(minutes=minute),
            viewers=max(0, min(most, 5 + 4 * minute, 12 * (51 - minute)) - minute % 5),
        )
        for minute in range(MINUTES)
    )


def _ensure_past(
    host: Creator, shelf: Livestream, title: str, most: int, *, weeks: int
) -> None:
    if Livestream.objects.filter(creator=host, title=title).exists():
        return
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    begin = hour - WEEK * weeks
    show = Livestream.objects.create(
        creator=host,
        market=host.market,
        title=title,
        state=Livestream.State.ENDED,
        starts_at=begin,
        started_at=begin,
        ended_at=begin + dt.timedelta(minutes=MINUTES),
        end_reason="The show was over",
        viewers_peak=most,
        viewers_total=most * 5 // 2,
        is_demo=True,
    )
    rows = list(LivestreamProduct.objects.filter(livestream=shelf)[:5])
    LivestreamProduct.objects.bulk_create(
        LivestreamProduct(livestream=show, product_id=row.product_id, position=place)
        for place, row in enumerate(rows)
    )
    Pin.objects.bulk_create(
        Pin(
            livestream=show,
            product_id=row.product_id,
            placed_by=host.user,
            placed_at=begin + PINNED * place,
            removed_at=begin + PINNED * (place + 1),
        )
        for place, row in enumerate(rows)
    )
    fill_seats(show, most=most)
