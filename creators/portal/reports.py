"""The report of a show that is over: audience, sales, talk, pay, and how it compares.

Nothing is worked out ahead: each figure is read where it is kept, so the report is
there as soon as the show has ended, and what comes back later changes it.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from creators.models import Creator
from creators.portal.audience_plot import draw_audience
from creators.portal.comparing import compare
from creators.portal.funding import describe_paid
from creators.portal.room_plot import draw_room
from creators.selectors.balances import (
    list_commissions,
    sum_by_show,
    sum_show_sales,
)
from creators.selectors.premiums import list_owed_by
from creators.selectors.stretches import measure
from creators.selectors.worktime import LOOK_BACK, begun, read_show_work
from livestreams.access.replays import find_recording
from livestreams.models import FunnelKind, Livestream
from livestreams.selectors.curves import AudienceCurve, read_curve
from livestreams.selectors.funnel import read_funnel
from livestreams.selectors.numbers import read_numbers
from livestreams.selectors.shieldings import read_shield
from livestreams.selectors.show_reports import (
    read_figures,
    read_talk,
    sum_products,
)
from shopfront.common import clock
from shopfront.common.money import Money

LINES_SHOWN = 200


def render_report(
    request: HttpRequest, creator: Creator, show: Livestream
) -> HttpResponse:
    """Answer the report of a creator's own show that is over."""
    lines = list_commissions(creator, show_ref=show.public_id)[:LINES_SHOWN]
    earned = sum_by_show(creator, [show.public_id]).get(show.public_id)
    curve = read_curve(show)
    owed = list(list_owed_by(creator, show.public_id))
    context = {
        "show": show,
        "zone": show.market.time_zone,
        "sales": sum_show_sales(creator, show.public_id),
        "earned": earned,
        "paid": describe_paid(show, earned.due if earned else None),
        "owed_premiums": owed,
        "owed_total": sum((one.amount for one in owed), Money(0, show.market.currency)),
        "hours": _describe_hours(curve),
        "worked": _count_work(creator, show),
        "products": sum_products(creator, show),
        "lines": lines,
        "recording": find_recording(show),
        "audience": draw_audience(curve),
        "plot": draw_room(read_numbers(show)),
        "talk": read_talk(show),
        "shield": read_shield(show),
        "funnel": read_funnel(show),
        "steps": FunnelKind.labels,
        "compared": compare(read_figures(creator, show)),
    }
    return render(request, "creators/show_report.html", context)


def _count_work(creator: Creator, show: Livestream) -> int:
    """Return the minutes of work that the show took its host, as pay counts them.

    One query.
    """
    # Preparation may lie before the show was planned.
    since, until = show.created_at - LOOK_BACK, clock.now()
    work = read_show_work(creator.user, show.public_id, since=since, until=until)
    return begun(measure(work))


def _describe_hours(curve: AudienceCurve | None) -> dict[str, int] | None:
    if curve is None:
        return None
    on_air, paused = curve.length.total_seconds(), curve.paused.total_seconds()
    return {"on_air": int(on_air), "paused": int(paused)}
