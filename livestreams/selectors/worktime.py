"""A person's working time as the studio of a show tells it."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from creators.selectors.work_sayings import explain_limit, show_hours
from creators.selectors.worktime import Standing, read_standing
from livestreams.access.studio import Seat
from livestreams.models import Livestream
from shopfront.common import clock
from shopfront.models import User


@dataclass(frozen=True, slots=True)
class StudioTime:
    """Time worked and left as the studio shows it, to the minute."""

    today: str
    left: str
    left_minutes: int
    warns: int
    is_over: bool
    limit: str
    stops_at: dt.datetime
    sentence: str


def read_standing_in(livestream: Livestream, user: User) -> Standing | None:
    """Return how a person stands by the rules of a show and its payer; few queries."""
    agreement = livestream.agreement
    return read_standing(
        user,
        livestream.market,
        clock.now(),
        payer=agreement.payer if agreement else None,
    )


def read_time(seat: Seat) -> StudioTime | None:
    """Return the working time of who sits here; None for staff and in demo shows."""
    show = seat.livestream
    if not seat.has_duty or show.is_demo:
        return None
    standing = read_standing_in(show, seat.person)
    if standing is None:
        return None
    zone = ZoneInfo(show.market.time_zone)
    return StudioTime(
        today=show_hours(standing.today),
        left=show_hours(max(0, standing.left)),
        left_minutes=max(0, standing.left),
        warns=standing.warns,
        is_over=standing.is_over,
        limit=str(standing.limit.label),
        stops_at=standing.stops_at.replace(second=0, microsecond=0),
        sentence=explain_limit(standing.limit, standing.as_figures(), zone)
        if standing.is_over
        else "",
    )
