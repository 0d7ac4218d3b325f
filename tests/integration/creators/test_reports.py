"""The report of a show that is over: what it holds, whom it is for, what it costs."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from creators.models import Creator, WorkSession
from creators.selectors.balances import sum_show_sales
from creators.services.notices import TOPIC, choose_notices, send_notice
from creators.services.reversals import reverse_line
from livestreams.broadcast.viewers import name_present
from livestreams.models import AudienceMinute, Livestream, Pin, RoomEvent
from livestreams.selectors.curves import MOST_POINTS, read_curve
from livestreams.selectors.show_reports import read_figures, sum_products
from livestreams.services.attribution import attribute_order
from livestreams.services.curves import count_audiences
from livestreams.services.minutes import count_messages
from livestreams.services.show_reports import tell_reports
from shopfront.common import clock, limits
from shopfront.models import Outbox, User
from tests.factories import make_livestream, make_paid_order, make_variant
from tests.integration.creators.conftest import Stall, make_stall

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 20, 18, 0, 30, tzinfo=dt.UTC)
ENDED: dict[str, Any] = {"state": Livestream.State.ENDED}


def minute(count: float) -> dt.datetime:
    return START + dt.timedelta(minutes=count)


def watch(show: Livestream, at: dt.datetime, viewers: int) -> None:
    with time_machine.travel(at, tick=False):
        names = {f"viewer-{n}": at.timestamp() for n in range(viewers)}
        key = name_present(show.public_id)
        limits.client().delete(key)
        if names:
            limits.client().zadd(key, names)
        count_audiences()


def run_show(show: Livestream, minutes: int = 40) -> Livestream:
    """Let a show have been on air for so long."""
    facts = {**ENDED, "started_at": START, "ended_at": minute(minutes)}
    Livestream.objects.filter(pk=show.pk).update(**facts)
    show.refresh_from_db()
    return show


def sell(stall: Stall, *, pieces: int = 1, back: int = 0) -> None:
    order = make_paid_order(stall.variant, quantity=pieces, source_ref=stall.source_ref)
    attribute_order(order.public_id)
    line = order.lines.get().public_id
    if back:
        reverse_line(line, refund_ref=line, amount_minor=back)


def read(client: Client, show: Livestream) -> str:
    address = reverse("creators:show-detail", args=[show.public_id])
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def portal(client: Client, creator: Creator) -> Client:
    """Be signed in as the creator."""
    client.force_login(creator.user)
    return client


def test_viewers_are_noted_by_the_minute_and_the_most_stay(stall: Stall) -> None:
    Livestream.objects.update(state=Livestream.State.LIVE, started_at=START)
    for at, viewers in ((0.0, 3), (0.3, 7), (0.4, 5), (2, 0)):
        watch(stall.show, minute(at), viewers)
    rows = AudienceMinute.objects.values_list("viewers", flat=True)
    assert list(rows.order_by("at")) == [7, 0]
    curve = read_curve(run_show(stall.show, 4))
    assert curve is not None
    assert [point.viewers for point in curve.points] == [7, None, 0, None, None]


def test_shows_that_are_not_on_air_are_not_counted(stall: Stall) -> None:
    watch(stall.show, START, 4)
    assert not AudienceMinute.objects.exists()
    assert read_curve(stall.show) is None


def test_a_curve_knows_its_pins_and_breaks(stall: Stall) -> None:
    show = stall.show
    product, host = stall.variant.product, show.creator.user
    for count in range(40):
        AudienceMinute.objects.create(
            livestream=show, at=minute(count).replace(second=0), viewers=count
        )
    for since, until in ((-5, 10), (12, None)):
        Pin.objects.create(
            livestream=show,
            product=product,
            placed_by=host,
            placed_at=minute(since),
            removed_at=minute(until) if until else None,
        )
    kinds = ("show.started", "show.paused", "show.resumed", "show.paused")
    for seq, (kind, at) in enumerate(zip(kinds, (0, 15, 20, 38), strict=True), start=1):
        RoomEvent.objects.create(livestream=show, seq=seq, type=kind, at=minute(at))
    curve = read_curve(run_show(show))
    assert curve is not None
    found = [(pin.viewers_first, pin.viewers_last) for pin in curve.pins]
    assert found == [(0, 10), (12, None)]
    assert curve.paused == dt.timedelta(minutes=7)
    assert len(read_curve(run_show(show, 600)).points) <= MOST_POINTS  # type: ignore[union-attr]


def test_sales_by_product_add_up_to_the_sales_of_the_show(
    stall: Stall, creator: Creator
) -> None:
    other = make_variant(product=stall.variant.product, price=1000)
    sell(stall, pieces=2)
    sell(stall, pieces=3, back=4000)
    sell(Stall(creator, stall.brand, other, stall.agreement, stall.show))
    sell(make_stall(creator))
    (row,) = sum_products(creator, stall.show)
    assert (row.pieces, row.gross.minor, row.back.minor) == (6, 16000, 4000)
    whole = sum_show_sales(creator, stall.show.public_id)
    assert (row.gross, row.back, row.net) == (whole.gross, whole.back, whole.net)
    (own,) = read_figures(creator, run_show(stall.show, 30))
    assert (own.gross, own.back) == (whole.gross, whole.back)
    assert own.net_per_hour.minor == 24000


def test_the_report_shows_all_of_it_with_words_beside_the_drawings(
    portal: Client, stall: Stall
) -> None:
    sell(stall, pieces=2, back=3000)
    AudienceMinute.objects.create(
        livestream=stall.show, at=START.replace(second=0), viewers=1234
    )
    Pin.objects.create(
        livestream=stall.show,
        product=stall.variant.product,
        placed_by=stall.creator.user,
        placed_at=START,
    )
    for days in (1, 2, 3):
        make_livestream(
            creator=stall.creator,
            **ENDED,
            started_at=START - dt.timedelta(days=days, minutes=20),
            ended_at=START - dt.timedelta(days=days),
            viewers_total=10,
        )
    page = read(portal, run_show(stall.show, 80))
    for words in (
        'class="curve__line"',
        "Viewers by time: at most 1234 at once",
        "1:20:00",
        "Usual is the middle of your last 3 shows before this one.",
        "£30.00",
        "0 asked, 0 answered, 0 dismissed",
        "-100",
    ):
        assert words in page
    assert "style=" not in page.partition("<main")[2]


def test_the_report_counts_work_as_pay_does(portal: Client, stall: Stall) -> None:
    """Begun minutes, as the guarantee's; 36 here and 37 there would be doubted."""
    show, now = run_show(stall.show), clock.now()
    WorkSession.objects.create(
        user=stall.creator.user,
        market=show.market,
        kind=WorkSession.Kind.STREAM,
        show_ref=show.public_id,
        starts_at=now - dt.timedelta(minutes=36, seconds=20),
        ends_at=now,
    )
    assert "37 min" in read(portal, show)


def test_a_show_that_never_began_has_a_report_that_says_so(
    portal: Client, stall: Stall
) -> None:
    Livestream.objects.update(**ENDED, ended_at=START)
    page = read(portal, stall.show)
    for words in (
        "there is no curve",
        "No product was bought from this show.",
        "Too early to compare",
    ):
        assert words in page


def test_a_creator_is_told_once_that_the_report_is_ready(
    stall: Stall, creator: Creator, mailoutbox: list[EmailMessage]
) -> None:
    show = run_show(stall.show)
    run_show(make_livestream(creator=creator, rehearsal_of=show, audience="invited"))
    make_livestream(creator=creator, **ENDED, ended_at=minute(40))
    for later, told in ((4, 0), (5, 1), (6, 0), (60, 0)):
        with time_machine.travel(minute(40 + later), tick=False):
            assert tell_reports() == told
    message = Outbox.objects.get(topic=TOPIC)
    send_notice(message)
    (letter,) = mailoutbox
    assert letter.subject == "Your report: Sunday stools"
    assert f"/creator/shows/{show.public_id}/" in letter.body
    choose_notices(creator, [])
    send_notice(message)
    assert len(mailoutbox) == 1


def test_a_show_long_over_is_not_told_of(stall: Stall) -> None:
    run_show(stall.show)
    with time_machine.travel(minute(40) + dt.timedelta(days=2), tick=False):
        assert tell_reports() == 0


def test_nobody_else_sees_the_report(
    client: Client, stall: Stall, stranger: User, staff: User
) -> None:
    show = run_show(stall.show)
    address = reverse("creators:show-detail", args=[show.public_id])
    for person in (stranger, staff):
        client.force_login(person)
        assert client.get(address).status_code == 403


def test_more_shows_lines_and_pins_cost_no_more_queries(
    portal: Client, stall: Stall, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def add(place: int) -> None:
        sell(stall)
        Pin.objects.create(
            livestream=stall.show,
            product=make_variant().product,
            placed_by=stall.creator.user,
            placed_at=START,
        )
        make_livestream(
            creator=stall.creator,
            **ENDED,
            started_at=START - dt.timedelta(days=place, hours=1),
            ended_at=START - dt.timedelta(days=place),
        )

    show = run_show(stall.show)
    with time_machine.travel(START, tick=False):
        count_messages(show, shown=1)
    add(1)
    with django_assert_num_queries(QUERIES):
        read(portal, show)
    for place in range(2, 6):
        add(place)
    with django_assert_num_queries(QUERIES):
        read(portal, show)


QUERIES = 28
"""However many shows and lines there are."""
