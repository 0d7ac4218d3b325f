"""The admin site of the staff, with a desk on its first page."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.selectors.measures import measure_holds
from catalog.selectors.product_reports import count_report_work
from creators.selectors.decisions import count_doubted
from creators.selectors.desk import count_applications
from livestreams.selectors import desk as rooms
from livestreams.selectors import shieldings
from livestreams.selectors.transparency_periods import list_running
from orders.selectors import desk as sales
from orders.selectors.cases import count_open_cases
from shopfront.common import clock
from shopfront.markets import count_unnamed
from shopfront.services.outbox import measure

HOURS = 24
PLOT_HEIGHT = 96
BAR_STEP = 20
BAR_WIDTH = 14


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of a plot, in the units of its drawing."""

    hour: dt.datetime
    count: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Plot:
    """Counts per hour over the last day, drawn on the server."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    most: int
    total: int
    width: int = HOURS * BAR_STEP
    height: int = PLOT_HEIGHT
    bar_width: int = BAR_WIDTH

    @property
    def first(self) -> Bar:
        """The oldest hour."""
        return self.bars[0]

    @property
    def last(self) -> Bar:
        """The hour that is running."""
        return self.bars[-1]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its name, and where to do something about it."""

    name: str
    value: str
    url: str
    is_urgent: bool = False


class ShopfrontAdminSite(AdminSite):
    """The administration behind allauth's sign-in, led by what needs a person."""

    site_header = gettext_lazy("Shopfront staff")
    site_title = gettext_lazy("Shopfront staff")
    index_title = gettext_lazy("Desk")
    enable_nav_sidebar = True

    @method_decorator(secure_admin_login)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send to the sign-in of the site, with its limits and second step."""
        return super().login(request, extra_context)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the desk: what is on air, what waits, how the day goes."""
        context = read_desk(request) | (extra_context or {})
        return super().index(request, context)


def read_desk(request: HttpRequest) -> dict[str, Any]:
    """Return what a person may see of the desk."""
    user = request.user
    now = clock.now()
    since = now.replace(minute=0, second=0, microsecond=0) - dt.timedelta(
        hours=HOURS - 1
    )
    figures: list[Figure] = []
    plots: list[Plot] = []
    if user.has_perm("orders.view_order"):
        figures += _money_figures(now)
        paid = sales.count_orders_by_hour(since)
        plots.append(draw_plot(_("Paid orders per hour"), _("orders"), paid, since))
    if user.has_perm("shopfront.view_operator"):
        figures += _unset_figures()
    if user.has_perm("creators.view_creator"):
        figures.append(_waiting_creators())
    if user.has_perm("creators.view_workdecision"):
        figures.append(_doubted_decisions())
    if user.has_perm("catalog.view_reportedproduct"):
        figures += _goods_figures()
    if user.has_perm("livestreams.view_chatmessage"):
        figures += _room_figures()
        stopped = rooms.count_stopped_by_hour(since)
        plots.append(
            draw_plot(_("Messages stopped per hour"), _("messages"), stopped, since)
        )
    return {
        "figures": figures,
        "plots": plots,
        "on_air": rooms.list_on_air(),
        "coming": rooms.list_next(now),
        "running": list_running() if user.has_perm("livestreams.view_report") else [],
    }


def draw_plot(
    title: str, unit: str, counts: Mapping[dt.datetime, int], since: dt.datetime
) -> Plot:
    """Lay out a bar for each of the hours since a full hour."""
    hours = [since + dt.timedelta(hours=step) for step in range(HOURS)]
    values = [counts.get(hour, 0) for hour in hours]
    most = max(values)
    bars = []
    for step, (hour, value) in enumerate(zip(hours, values, strict=True)):
        height = max(round(value * PLOT_HEIGHT / most), 2) if value else 0
        bars.append(Bar(hour, value, step * BAR_STEP, PLOT_HEIGHT - height, height))
    return Plot(title, unit, tuple(bars), most, sum(values))


def _money_figures(now: dt.datetime) -> list[Figure]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    takings = sales.list_takings(midnight)
    amounts = ", ".join(row.amount.format() for row in takings) or "0"
    holds, backlog, waiting = measure_holds(), measure(), count_open_cases()
    came_back = sales.count_returned_refunds()
    return [
        Figure(
            _("Orders today"),
            str(sum(row.orders for row in takings)),
            "admin:orders_order_changelist",
        ),
        Figure(_("Paid today"), amounts, "admin:orders_payment_changelist"),
        Figure(
            _("Pieces on hold"),
            str(holds.pieces),
            "admin:catalog_reservation_changelist",
        ),
        Figure(
            _("Refunds that came back"),
            str(came_back),
            "admin:orders_refund_changelist",
            is_urgent=came_back > 0,
        ),
        Figure(
            _("Open cases"),
            str(waiting),
            "admin:orders_case_changelist",
            is_urgent=waiting > 0,
        ),
        Figure(
            _("Messages given up"),
            str(backlog.dead),
            "admin:shopfront_outbox_changelist",
            is_urgent=backlog.dead > 0,
        ),
    ]


def _unset_figures() -> list[Figure]:
    """Return what is not set up yet: nothing on a desk that is done with it."""
    count, url = count_unnamed(), "admin:shopfront_operator_changelist"
    name = _("Markets without a named operator")
    return [Figure(name, str(count), url, is_urgent=True)] if count else []


def _waiting_creators() -> Figure:
    count = count_applications()
    url = "admin:creators_creator_changelist"
    return Figure(_("Creators to verify"), str(count), url, is_urgent=count > 0)


def _doubted_decisions() -> Figure:
    count = count_doubted()
    url = "admin:creators_workdecision_changelist"
    name = _("Decisions for a human")
    return Figure(name, str(count), url, is_urgent=count > 0)


def _goods_figures() -> list[Figure]:
    work = count_report_work()
    return [
        Figure(
            _("Reported products"),
            str(work.cases),
            "admin:catalog_reportedproduct_changelist",
            is_urgent=work.urgent > 0,
        ),
        Figure(
            _("Appeals about products"),
            str(work.appeals),
            "admin:catalog_productappeal_changelist",
            is_urgent=work.appeals > 0,
        ),
        Figure(
            _("Appeals of reporters"),
            str(work.report_appeals),
            "admin:catalog_reportappeal_changelist",
            is_urgent=work.report_appeals > 0,
        ),
    ]


def _room_figures() -> list[Figure]:
    work = rooms.count_room_work()
    danger = shieldings.count_danger(clock.now() - dt.timedelta(hours=1))
    alerts = shieldings.count_open_alerts()
    return [
        Figure(
            _("Calls for help"),
            str(work.calls),
            "admin:livestreams_helpcall_changelist",
            is_urgent=work.calls > 0,
        ),
        Figure(
            _("Open appeals"),
            str(work.appeals),
            "admin:livestreams_appeal_changelist",
            is_urgent=work.appeals > 0,
        ),
        Figure(
            _("Appeals about reports in shows"),
            str(work.report_appeals),
            "admin:livestreams_reporterappeal_changelist",
            is_urgent=work.report_appeals > 0,
        ),
        Figure(
            _("Held messages"),
            str(work.held),
            "admin:livestreams_chatmessage_changelist",
            is_urgent=work.held > 0,
        ),
        Figure(
            _("Open reports"),
            str(work.reports),
            "admin:livestreams_report_changelist",
            is_urgent=work.reports > 0,
        ),
        *_picture_figures(work),
        Figure(
            _("Danger, last hour"),
            str(danger),
            "admin:livestreams_shielding_changelist",
            is_urgent=danger > 0,
        ),
        Figure(
            _("Goods with several cases"),
            str(alerts),
            "admin:livestreams_goodsalert_changelist",
            is_urgent=alerts > 0,
        ),
    ]


def _picture_figures(work: rooms.RoomWork) -> list[Figure]:
    return [
        Figure(
            _("Blurred pictures"),
            str(work.pictures),
            "admin:livestreams_veiledpicture_changelist",
            is_urgent=work.pictures > 0,
        ),
        Figure(
            _("Appeals about pictures"),
            str(work.picture_appeals),
            "admin:livestreams_pictureappeal_changelist",
            is_urgent=work.picture_appeals > 0,
        ),
    ]
