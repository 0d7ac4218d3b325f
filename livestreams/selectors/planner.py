"""Shows as their creator plans them and looks back on them."""

import datetime as dt
from dataclasses import dataclass, replace

from django.db.models import Count, QuerySet

from livestreams.models import CoHost, Livestream, Rsvp
from livestreams.selectors.cast import find_duties
from shopfront.models import User

State = Livestream.State


@dataclass(frozen=True, slots=True)
class PlannedShow:
    """A show in its creator's calendar."""

    public_id: str
    title: str
    state: str
    starts_at: dt.datetime
    ended_at: dt.datetime | None
    time_zone: str
    product_count: int
    wanted_count: int
    viewers_peak: int
    viewers_total: int
    is_rehearsal: bool
    is_called_off: bool
    duty: CoHost | None = None
    """What the reader is to do in it, where it is somebody else's."""

    @property
    def is_on_air(self) -> bool:
        """Whether the room is open."""
        return self.state in {State.LIVE, State.PAUSED}


def list_shows_ahead(creator_id: int) -> list[PlannedShow]:
    """Return a creator's shows on air and ahead, soonest first; one query."""
    rows = _select(creator_id).exclude(state=State.ENDED).filter(rehearsal_of=None)
    return [_describe(row) for row in rows.order_by("starts_at", "id")]


def list_shows_past(creator_id: int, *, limit: int = 50) -> list[PlannedShow]:
    """Return a creator's shows that are over, newest first; one query."""
    rows = _select(creator_id).filter(state=State.ENDED, rehearsal_of=None)
    return [_describe(row) for row in rows.order_by("-ended_at", "-id")[:limit]]


def list_duties(user: User) -> list[PlannedShow]:
    """Return shows on air or ahead in which a person helps; two queries."""
    rows = _select().filter(co_hosts__user=user).exclude(state=State.ENDED)
    shows = [_describe(row) for row in rows.order_by("starts_at", "id")]
    duties = find_duties(user, [show.public_id for show in shows])
    return [replace(show, duty=duties.get(show.public_id)) for show in shows]


def describe_planned(livestream: Livestream) -> PlannedShow:
    """Return one show as its creator's calendar has it; one query."""
    return _describe(_select().get(pk=livestream.pk))


def list_expecting(livestream: Livestream) -> list[str]:
    """Return who is told when a plan changes, by public id; one query.

    Those who want a reminder or have a duty; the host knows.
    """
    wanted = Rsvp.objects.filter(livestream=livestream).values("user")
    helping = CoHost.objects.filter(livestream=livestream).values("user")
    people = User.objects.filter(pk__in=wanted.union(helping), is_active=True)
    others = people.exclude(creator=livestream.creator_id).order_by("pk")
    return list(others.values_list("public_id", flat=True))


def _select(creator_id: int | None = None) -> "QuerySet[Livestream]":
    shows = Livestream.objects.select_related("market")
    if creator_id is not None:
        shows = shows.filter(creator=creator_id)
    return shows.annotate(
        products=Count("shelf", distinct=True), wanted=Count("rsvps", distinct=True)
    )


def _describe(livestream: Livestream) -> PlannedShow:
    facts = vars(livestream)
    return PlannedShow(
        public_id=livestream.public_id,
        title=livestream.title,
        state=livestream.state,
        starts_at=livestream.starts_at,
        ended_at=livestream.ended_at,
        time_zone=livestream.market.time_zone,
        product_count=facts["products"],
        wanted_count=facts["wanted"],
        viewers_peak=livestream.viewers_peak,
        viewers_total=livestream.viewers_total,
        is_rehearsal=livestream.is_rehearsal,
        is_called_off=livestream.is_called_off,
    )
