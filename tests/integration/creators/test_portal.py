"""The portal's pages: for creators, kind to others, true to the ledger."""

import csv
import datetime as dt
import io

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from creators.models import Agreement, Commission, Creator
from creators.services.reversals import reverse_line
from livestreams.models import Livestream, LivestreamProduct
from livestreams.services.attribution import attribute_order
from livestreams.services.funnel import count_steps
from livestreams.services.funnel_sums import sum_funnels
from livestreams.services.minutes import count_messages
from shopfront.common import clock
from shopfront.models import User
from tests.factories import (
    make_agreement,
    make_creator,
    make_livestream,
    make_paid_order,
    make_product,
    make_variant,
)
from tests.integration.creators.conftest import Stall

pytestmark = pytest.mark.django_db
PAGES = ["overview", "show-list", "show-new", "earnings"]


@pytest.fixture
def portal(client: Client, creator: Creator) -> Client:
    """Be signed in as the creator."""
    client.force_login(creator.user)
    return client


def sell(stall: Stall, quantity: int = 1) -> Commission:
    order = make_paid_order(
        stall.variant, quantity=quantity, source_ref=stall.source_ref
    )
    attribute_order(order.public_id)
    return Commission.objects.get(line_ref=order.lines.get().public_id)


def read(client: Client, name: str, *args: str) -> str:
    response = client.get(reverse(f"creators:{name}", args=args))
    assert response.status_code == 200
    return response.content.decode()


def plan_of(**changes: str) -> dict[str, str]:
    start = (clock.now() + dt.timedelta(days=2)).strftime("%Y-%m-%dT19:30")
    facts = {
        "title": "Sunday stools",
        "description": "Ten stools.",
        "starts_at": start,
        "planned_minutes": "90",
        "language": "en",
        "latency": "low",
        "audience": "everybody",
    }
    return facts | changes


@pytest.mark.parametrize("page", PAGES)
def test_guests_are_asked_to_sign_in(client: Client, page: str) -> None:
    response = client.get(reverse(f"creators:{page}"))
    assert response.status_code == 302
    assert "/accounts/login/" in response["Location"]


@pytest.mark.parametrize("page", PAGES)
def test_who_is_no_creator_is_told_kindly_how_to_apply(
    client: Client, shopper: User, page: str
) -> None:
    client.force_login(shopper)
    response = client.get(reverse(f"creators:{page}"))
    assert response.status_code == 403
    assert "Send application" in response.content.decode()


def test_an_application_is_written_and_waits(client: Client, shopper: User) -> None:
    client.force_login(shopper)
    facts = {"display_name": "Sam", "handle": "sam-sells", "is_adult": "on"}
    response = client.post(reverse("creators:apply"), facts, follow=True)
    assert "We have your application" in response.content.decode()
    applied = Creator.objects.get(user=shopper)
    assert applied.state == Creator.State.APPLIED
    assert client.get(reverse("creators:overview")).status_code == 403


def test_an_application_with_a_taken_handle_says_so(
    client: Client, shopper: User, creator: Creator
) -> None:
    client.force_login(shopper)
    facts = {"display_name": "Sam", "handle": creator.handle, "is_adult": "on"}
    response = client.post(reverse("creators:apply"), facts)
    assert response.status_code == 409
    assert "Somebody has this handle already" in response.content.decode()


def test_an_application_needs_the_word_that_one_is_18(
    client: Client, shopper: User
) -> None:
    client.force_login(shopper)
    client.post(reverse("creators:apply"), {"display_name": "Sam", "handle": "sam"})
    assert not Creator.objects.exists()


def test_under_18_nobody_can_apply(client: Client, teen: User) -> None:
    client.force_login(teen)
    assert "18 or older" in read(client, "apply")
    facts = {"display_name": "Teo", "handle": "teo", "is_adult": "on"}
    assert client.post(reverse("creators:apply"), facts).status_code == 403
    assert not Creator.objects.exists()


def test_an_empty_overview_names_the_next_step(portal: Client) -> None:
    page = read(portal, "overview")
    assert "Nothing is planned yet" in page
    assert reverse("creators:show-new") in page
    assert "£0.00" in page


def test_the_overview_shows_the_next_show_and_what_was_earned(
    portal: Client, stall: Stall
) -> None:
    sell(stall)
    page = read(portal, "overview")
    assert stall.show.title in page
    assert reverse("creators:studio", args=[stall.show.public_id]) in page
    assert "£2.50" in page


def test_an_offered_agreement_is_accepted_by_its_creator_only(
    portal: Client, creator: Creator
) -> None:
    own = make_agreement(creator=creator, state=Agreement.State.OFFERED)
    foreign = make_agreement(creator=make_creator(), state=Agreement.State.OFFERED)
    assert "10%" in read(portal, "overview")
    portal.post(reverse("creators:agreement-answer", args=[own.public_id, "accept"]))
    address = reverse("creators:agreement-answer", args=[foreign.public_id, "accept"])
    assert portal.post(address).status_code == 404
    own.refresh_from_db()
    foreign.refresh_from_db()
    assert own.state == Agreement.State.ACCEPTED
    assert foreign.state == Agreement.State.OFFERED


def test_a_show_is_scheduled_in_the_markets_own_time(
    portal: Client, creator: Creator
) -> None:
    facts = plan_of(starts_at="2099-07-01T19:30")
    response = portal.post(reverse("creators:show-new"), facts)
    show = Livestream.objects.get(creator=creator)
    assert response["Location"] == reverse(
        "creators:show-detail", args=[show.public_id]
    )
    assert show.starts_at == dt.datetime(2099, 7, 1, 18, 30, tzinfo=dt.UTC)
    assert 'value="2099-07-01T19:30"' in read(portal, "show-detail", show.public_id)


def test_a_start_in_the_past_is_refused_with_a_sentence(portal: Client) -> None:
    response = portal.post(
        reverse("creators:show-new"), plan_of(starts_at="2020-01-01T10:00")
    )
    assert "still ahead" in response.content.decode()
    assert not Livestream.objects.exists()


def test_a_plan_is_edited_until_the_show_starts(portal: Client, stall: Stall) -> None:
    address = reverse("creators:show-detail", args=[stall.show.public_id])
    moved = portal.post(address, plan_of(title="Better stools"), follow=True)
    assert "is told the new time" in moved.text
    stall.show.refresh_from_db()
    late = stall.show.starts_at + dt.timedelta(seconds=20)
    Livestream.objects.filter(pk=stall.show.pk).update(starts_at=late)
    kept = portal.post(address, plan_of(title="Better stools"), follow=True)
    assert "is told the new time" not in kept.text
    stall.show.refresh_from_db()
    assert stall.show.title == "Better stools"
    assert stall.show.calendar_sequence == 1
    Livestream.objects.update(state=Livestream.State.LIVE)
    response = portal.post(address, plan_of(title="Too late"))
    assert "has begun" in response.content.decode()
    stall.show.refresh_from_db()
    assert stall.show.title == "Better stools"


def test_the_shelf_is_searched_filled_ordered_and_emptied(
    portal: Client, creator: Creator
) -> None:
    show = make_livestream(creator=creator)
    products = [make_product(title=f"Oak table {n}") for n in (1, 2)]
    for product in products:
        make_variant(product=product)
    assert (
        "Oak table 1"
        in portal.get(
            reverse("creators:shelf-search", args=[show.public_id]), {"q": "oak table"}
        ).content.decode()
    )
    address = reverse("creators:shelf-change", args=[show.public_id])
    for product in products:
        portal.post(address, {"product": product.public_id, "act": "add"})
    portal.post(address, {"product": products[1].public_id, "act": "raise"})
    shelf = LivestreamProduct.objects.filter(livestream=show)
    assert [row.product for row in shelf] == [products[1], products[0]]
    portal.post(address, {"product": products[1].public_id, "act": "remove"})
    assert [row.product for row in shelf.all()] == [products[0]]


def test_a_product_that_cannot_be_bought_is_not_shelved(
    portal: Client, creator: Creator
) -> None:
    show = make_livestream(creator=creator)
    variant = make_variant(price=None)
    response = portal.post(
        reverse("creators:shelf-change", args=[show.public_id]),
        {"product": variant.product.public_id, "act": "add"},
        headers={"HX-Request": "true"},
    )
    assert "cannot be bought now" in response.content.decode()
    assert not LivestreamProduct.objects.exists()


@pytest.mark.parametrize("name", ["show-detail", "shelf-search"])
def test_a_show_of_another_creator_does_not_exist(portal: Client, name: str) -> None:
    foreign = make_livestream(creator=make_creator())
    address = reverse(f"creators:{name}", args=[foreign.public_id])
    assert portal.get(address).status_code == 404
    address = reverse("creators:shelf-change", args=[foreign.public_id])
    assert portal.post(address, {"act": "add"}).status_code == 404


def test_after_its_end_a_show_reports_sales_net_of_returns(
    portal: Client, stall: Stall
) -> None:
    sell(stall)
    line = sell(stall, quantity=2)
    reverse_line(line.line_ref, refund_ref="r1", amount_minor=6000)
    Livestream.objects.update(
        state=Livestream.State.ENDED,
        ended_at=clock.now(),
        viewers_peak=12,
        viewers_total=31,
    )
    page = read(portal, "show-detail", stall.show.public_id)
    assert "Nobody wrote in this show." in page
    assert "£30.00" in page
    assert "£90.00 sold, £60.00 came back" in page
    assert "31" in page
    assert "Reversed" in page
    assert "£2.50" in read(portal, "show-list")


def test_the_report_draws_the_messages_of_the_room_and_lists_them(
    portal: Client, stall: Stall
) -> None:
    count_messages(stall.show, shown=2, held=1, shielded=3)
    Livestream.objects.update(state=Livestream.State.ENDED, ended_at=clock.now())
    page = read(portal, "show-detail", stall.show.public_id)
    assert "Messages by time: 2 shown, 1 held, 0 removed, 3 shielded" in page
    assert 'class="room-plot__held"' in page
    assert "<td>2</td><td>1</td><td>0</td><td>3</td>" in page


def test_the_report_says_what_was_seen_opened_and_paid(
    portal: Client, stall: Stall
) -> None:
    told = [("impression", stall.source_ref), ("open", stall.source_ref)]
    for person in ("account:1", "account:2"):
        count_steps(stall.show, told, shopper=person)
        told = told[:1]
    sum_funnels()
    Livestream.objects.update(state=Livestream.State.ENDED, ended_at=clock.now())
    page = read(portal, "show-detail", stall.show.public_id)
    counts = [2, 1, 0, 0, 0]
    assert "".join(f'<td class="number">{count}</td>' for count in counts) in page
    assert "To the till" in page


def test_the_earnings_page_shows_each_line_as_the_books_have_it(
    portal: Client, stall: Stall
) -> None:
    line = sell(stall)
    page = read(portal, "earnings")
    for text in ("£25.00", "10%", "£2.50", "Pending", "sale-1", line.title):
        assert text in page
    assert (
        line.title
        not in portal.get(
            reverse("creators:earnings"), {"state": "settled"}
        ).content.decode()
    )


def test_the_file_of_lines_recomputes_to_the_penny(
    portal: Client, stall: Stall
) -> None:
    line = sell(stall)
    Commission.objects.update(title="=2+3")
    response = portal.get(reverse("creators:earnings-file"))
    assert response["Content-Type"].startswith("text/csv")
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["line"] == line.line_ref
    base, rate = int(row["base_minor"]), int(row["rate_bps"])
    assert (base * rate + 5000) // 10_000 == int(row["amount_minor"])
    assert row["title"] == "'=2+3"
    assert row["rule_version"] == "sale-1"


def test_nobody_sees_the_earnings_of_another(client: Client, stall: Stall) -> None:
    sell(stall)
    other = make_creator()
    client.force_login(other.user)
    assert "£2.50" not in read(client, "earnings")


@pytest.mark.parametrize("page", ["overview", "show-list", "earnings"])
def test_more_shows_and_lines_cost_no_more_queries(
    portal: Client,
    stall: Stall,
    page: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def add() -> None:
        sell(stall)
        make_livestream(creator=stall.creator)
        make_livestream(
            creator=stall.creator,
            state=Livestream.State.ENDED,
            ended_at=clock.now(),
        )

    add()
    with django_assert_max_num_queries(30) as few:
        read(portal, page)
    for _ in range(3):
        add()
    with django_assert_max_num_queries(len(few.captured_queries)):
        read(portal, page)
