"""Hours of the demo: a week of a host and a moderator, with one slate at the cap."""

import datetime as dt
from zoneinfo import ZoneInfo

from catalog.models import Product
from creators.models import Creator, WorkDecision, WorkSession
from creators.selectors.stretches import at_wall, local_week
from creators.selectors.worktime import read_standing
from creators.services.work_decisions import Subject, keep_decision
from creators.services.worktime import add_entry
from shopfront.common import clock
from shopfront.models import User

TITLE = "Two lamps, one corner"
Kind = WorkSession.Kind
HOST_WEEK: tuple[tuple[int, str, int, int], ...] = (
    (0, Kind.STUDIO, 10, 13),
    (1, Kind.STUDIO, 17, 18),
    (1, Kind.STREAM, 18, 20),
    (3, Kind.STUDIO, 9, 13),
    (3, Kind.STREAM, 14, 20),
    (4, Kind.STUDIO, 12, 15),
)
"""Day, kind, from and until, by the market's clock; on Thursday ten hours."""
SLATE_DAY, SLATE_HOUR = 3, 20


def ensure_hours(host: Creator, moderator: User) -> None:
    """Let a host and a moderator have worked last week; the cap showed one slate."""
    if WorkSession.objects.filter(user=host.user, title=TITLE).exists():
        return
    zone = ZoneInfo(host.market.time_zone)
    monday = local_week(clock.now(), zone) - dt.timedelta(days=7)

    def at(day: int, hour: int) -> dt.datetime:
        return at_wall(monday + dt.timedelta(days=day), dt.time(hour), zone)

    rows = [(host.user, *row) for row in HOST_WEEK]
    rows += [(moderator, 1, Kind.STUDIO, 18, 20), (moderator, 3, Kind.STUDIO, 15, 19)]
    WorkSession.objects.bulk_create(
        WorkSession(
            user=user,
            market=host.market,
            kind=kind,
            title=TITLE,
            starts_at=at(day, begin),
            ends_at=at(day, end),
        )
        for user, day, kind, begin, end in rows
    )
    _explain_slate(host, at(SLATE_DAY, SLATE_HOUR))
    _explain_unpinned(host, at(SLATE_DAY, SLATE_HOUR - 1))
    _enter_errand(host)


def _explain_slate(host: Creator, at: dt.datetime) -> None:
    standing = read_standing(host.user, host.market, at)
    if standing is None:
        return
    decision = keep_decision(
        Subject(user=host.user, market=host.market, title=TITLE),
        WorkDecision.Kind.SLATE,
        key=f"demo-slate:{host.public_id}",
        limit=standing.limit,
        rule_version=standing.rule_version,
        figures=standing.as_figures(),
    )
    WorkDecision.objects.filter(pk=decision.pk).update(at=at)


def _explain_unpinned(host: Creator, at: dt.datetime) -> None:
    product = Product.objects.order_by("pk").first()
    if product is None:
        return
    decision = keep_decision(
        Subject(
            user=host.user,
            market=host.market,
            title=TITLE,
            product_ref=product.public_id,
        ),
        WorkDecision.Kind.UNPIN,
        key=f"demo-unpin:{host.public_id}",
        limit=WorkDecision.Limit.CASES,
        rule_version="cases-market",
        figures={
            "product": product.title,
            "count": 3,
            "minutes": 10,
            "wish": "market",
            "alert": "",
        },
    )
    WorkDecision.objects.filter(pk=decision.pk).update(at=at)


def _enter_errand(host: Creator) -> None:
    """Enter an hour of the morning before; its week is always open."""
    yesterday = clock.now() - dt.timedelta(days=1)
    add_entry(
        host.user,
        market=host.market,
        starts_at=yesterday.replace(hour=9, minute=0),
        ends_at=yesterday.replace(hour=10, minute=0),
        note="Fetched samples from the parcel shop",
    )
