"""Overtime of the demo: long evenings of which their moderator is owed premiums."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction

from creators.models import Agreement, Creator, WorkSession
from creators.selectors.stretches import at_wall, local_day
from creators.services.funding import book_receipt, confirm_receipt
from creators.services.guarantees import earn_guarantee, open_guarantee
from creators.services.overtime import book_duty_premium
from creators.services.owed_premiums import book_owed_premium
from livestreams.models import CoHost, Livestream
from shopfront.common import clock
from shopfront.models import User

TITLE = "A long evening with lamps"
OWN_TITLE = "Clearing my own shelves"
BEGINS, ENDS = dt.time(18), dt.time(19)
OPENED, REST = dt.time(9), dt.time(17, 30)
"""When the moderator sorted questions before the show, by the market's clock."""


def ensure_overtime(host: Creator, people: dict[str, User]) -> None:
    """Let two shows keep their moderator beyond the day's limit.

    Of yesterday's a brand owes the premium beside its guarantee, of the one before,
    with goods of the host's own, the host.
    """
    agreement = Agreement.objects.filter(
        creator=host, state=Agreement.State.ACCEPTED, guarantee_minor__gt=0
    ).first()
    known = Livestream.objects.filter(creator=host, title__in=(TITLE, OWN_TITLE))
    if agreement is None or known.exists():
        return
    moderator = people["moderator"]
    own = _run(host, moderator, title=OWN_TITLE, days_ago=2)
    end = own.ended_at or clock.now()
    book_owed_premium(
        host, moderator, show_ref=own.public_id, title=own.title, ended_at=end
    )
    show = _run(host, moderator, title=TITLE, days_ago=1, agreement=agreement)
    end = show.ended_at or clock.now()
    _earn(show, agreement, end, people)
    book_duty_premium(show.public_id, moderator, ended_at=end)


def _run(
    host: Creator,
    moderator: User,
    *,
    title: str,
    days_ago: int,
    agreement: Agreement | None = None,
) -> Livestream:
    """Return an ended show at the end of a long day of its moderator."""
    zone = ZoneInfo(host.market.time_zone)
    day = local_day(clock.now(), zone) - dt.timedelta(days=days_ago)
    begin, end = at_wall(day, BEGINS, zone), at_wall(day, ENDS, zone)
    show = Livestream.objects.create(
        creator=host,
        market=host.market,
        title=title,
        agreement=agreement,
        state=Livestream.State.ENDED,
        starts_at=begin,
        started_at=begin,
        ended_at=end,
        end_reason="The show was over",
        is_demo=True,
    )
    CoHost.objects.create(livestream=show, user=moderator, duty=CoHost.Duty.MODERATOR)
    before = (at_wall(day, OPENED, zone), at_wall(day, REST, zone), "")
    for since, until, ref in (before, (begin, end, show.public_id)):
        WorkSession.objects.create(
            user=moderator,
            market=host.market,
            kind=WorkSession.Kind.STUDIO,
            title=title,
            show_ref=ref,
            starts_at=since,
            ends_at=until,
        )
    return show


def _earn(
    show: Livestream, agreement: Agreement, end: dt.datetime, people: dict[str, User]
) -> None:
    """Pay the guarantee of the show, which its payer had sent to the bank."""
    with transaction.atomic():
        guarantee = open_guarantee(
            agreement,
            show_ref=show.public_id,
            title=show.title,
            starts_at=show.starts_at,
        )
        if guarantee is not None:
            receipt = book_receipt(
                guarantee,
                reference=f"DEMO-{guarantee.public_id}",
                amount_minor=guarantee.amount_minor,
                by=people["staff"],
            )
            confirm_receipt(receipt, by=people["admin"])
    earn_guarantee(show.public_id, worked_minutes=90, ended_at=end)
