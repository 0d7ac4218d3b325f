"""Overtime of the demo: a long evening that owes its moderator a premium."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction

from creators.models import Agreement, Creator, WorkSession
from creators.selectors.stretches import at_wall, local_day
from creators.services.funding import book_receipt, confirm_receipt
from creators.services.guarantees import earn_guarantee, open_guarantee
from creators.services.overtime import book_duty_premium
from livestreams.models import CoHost, Livestream
from shopfront.common import clock
from shopfront.models import User

TITLE = "A long evening with lamps"
BEGINS, ENDS = dt.time(18), dt.time(19)
OPENED, REST = dt.time(9), dt.time(17, 30)
"""When the moderator sorted questions before the show, by the market's clock."""


def ensure_overtime(host: Creator, people: dict[str, User]) -> None:
    """Let yesterday's show keep its moderator beyond the day's limit."""
    agreement = Agreement.objects.filter(
        creator=host, state=Agreement.State.ACCEPTED, guarantee_minor__gt=0
    ).first()
    known = Livestream.objects.filter(creator=host, title=TITLE)
    if agreement is None or known.exists():
        return
    zone = ZoneInfo(host.market.time_zone)
    day = local_day(clock.now(), zone) - dt.timedelta(days=1)
    begin, end = at_wall(day, BEGINS, zone), at_wall(day, ENDS, zone)
    show = Livestream.objects.create(
        creator=host,
        market=host.market,
        title=TITLE,
        agreement=agreement,
        state=Livestream.State.ENDED,
        starts_at=begin,
        started_at=begin,
        ended_at=end,
        end_reason="The show was over",
        is_demo=True,
    )
    moderator = people["moderator"]
    CoHost.objects.create(livestream=show, user=moderator, duty=CoHost.Duty.MODERATOR)
    before = (at_wall(day, OPENED, zone), at_wall(day, REST, zone), "")
    for since, until, ref in (before, (begin, end, show.public_id)):
        WorkSession.objects.create(
            user=moderator,
            market=host.market,
            kind=WorkSession.Kind.STUDIO,
            title=TITLE,
            show_ref=ref,
            starts_at=since,
            ends_at=until,
        )
    _earn(show, agreement, end, people)
    book_duty_premium(show.public_id, moderator, ended_at=end)


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
