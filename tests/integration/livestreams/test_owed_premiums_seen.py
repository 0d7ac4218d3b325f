"""What a creator owes helpers is seen: while planning, in pay, by staff, in reports."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.selectors.sellers import list_sellers
from creators.models import Creator, DutyPremium, Payout, SelfBilledInvoice
from creators.selectors.books import find_book_faults
from creators.selectors.papers import describe_invoice
from creators.selectors.tables import write_premiums
from creators.selectors.unpaid import list_waiting
from creators.services.payouts import claim_run, open_run, prepare_run, release_run
from creators.services.settlement import settle_commissions
from livestreams.models import Livestream
from livestreams.services.funding import choose_agreement
from shopfront.models import User
from tests.factories import (
    make_creator,
    make_payout_details,
    make_payout_rule,
    make_user,
)
from tests.integration.creators.conftest import Stall, make_stall
from tests.integration.livestreams.test_owed_premiums import (
    AMOUNT,
    LINE,
    help_in,
    run_show,
    sell,
)
from tests.integration.livestreams.test_work_guard import NINE

pytestmark = pytest.mark.django_db
OWE = "you owe your helpers their overtime: for work beyond 8:00 hours a day, 25%"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock on a Tuesday at nine."""
    with time_machine.travel(NINE, tick=False) as moved:
        yield moved


@pytest.fixture
def stall(clock: time_machine.Traveller, creator: Creator) -> Stall:
    """Let Ada sell her own goods, without a guarantee."""
    return make_stall(creator)


def test_it_is_said_where_helpers_are_added_and_not_beside_a_guarantee(
    client: Client, stall: Stall
) -> None:
    client.force_login(stall.creator.user)
    plan = reverse("creators:show-detail", args=[stall.show.public_id])
    for page in (reverse("creators:team"), plan):
        words = client.get(page).text
        assert OWE in words
        assert "of the hourly floor of £12.71" in words
    choose_agreement(stall.show, stall.agreement)
    assert OWE not in client.get(plan).text


def test_the_pages_of_both_say_who_owes_what_and_how_much_is_collected(
    clock: time_machine.Traveller, client: Client, stall: Stall
) -> None:
    moderator, helper = make_user(display_name="Noor"), make_creator()
    help_in(stall.show, moderator)
    help_in(stall.show, helper.user)
    run_show(clock, stall.show)
    client.force_login(stall.creator.user)
    overview = client.get(reverse("creators:overview")).text
    assert "You owe helpers £2.66 for overtime" in overview
    earnings = client.get(reverse("creators:earnings")).text
    for words in ("Overtime of your helpers", "Noor", "£12.71", "0:25"):
        assert words in earnings
    assert (
        "Overtime premium that you owe"
        in client.get(reverse("creators:decisions")).text
    )
    state = "Owed by Ada; £0.00 of £1.33 collected, the rest follows"
    client.force_login(moderator)
    assert state in client.get(reverse("creators:premiums")).text
    client.force_login(helper.user)
    assert state in client.get(reverse("creators:earnings")).text
    sell(stall)
    clock.shift(dt.timedelta(days=31))
    settle_commissions()
    client.force_login(moderator)
    shown = client.get(reverse("creators:premiums")).text
    rest = LINE - AMOUNT
    assert "all collected" in shown
    client.force_login(helper.user)
    shown = client.get(reverse("creators:earnings")).text
    assert f"£{rest / 100:.2f} of £1.33 collected" in shown
    client.force_login(make_creator().user)
    assert "Noor" not in client.get(reverse("creators:earnings")).text


def test_the_report_of_the_show_names_each_debt_with_its_reason(
    clock: time_machine.Traveller, client: Client, stall: Stall
) -> None:
    client.force_login(stall.creator.user)
    report = reverse("creators:show-detail", args=[stall.show.public_id])
    helpers = [make_user(display_name=name) for name in ("Noor", "Ivo")]
    for helper in helpers:
        help_in(stall.show, helper)
    run_show(clock, stall.show)
    page = client.get(report).text
    for words in (
        "You owe helpers",
        "£2.66",
        "Noor",
        "Ivo",
        "£1.33",
        "25 minutes beyond the day's limit",
        "work-GB-20260401",
    ):
        assert words in page, words
    other = make_stall(stall.creator).show
    Livestream.objects.filter(pk=other.pk).update(state="ended", ended_at=NINE)
    page = client.get(reverse("creators:show-detail", args=[other.public_id])).text
    assert "Noor" not in page, "it belongs to another show"
    client.force_login(helpers[0])
    studio = client.get(reverse("creators:studio", args=[stall.show.public_id])).text
    assert "You are owed £1.33 for overtime in this show: 25 minutes were" in studio
    assert "£0.00 of £1.33 collected" in studio
    assert "£2.66" not in studio
    assert "Ivo" not in studio.partition("studio-premium")[2][:800]


def test_more_helpers_cost_a_report_no_more_queries(
    clock: time_machine.Traveller, client: Client, stall: Stall
) -> None:
    help_in(stall.show, make_user())
    run_show(clock, stall.show)
    client.force_login(stall.creator.user)
    report = reverse("creators:show-detail", args=[stall.show.public_id])
    counts = []
    for more in (0, 3):
        for _ in range(more):
            row = DutyPremium.objects.latest("pk")
            row.pk, row.person, row.creator = None, None, make_creator()
            row.save(force_insert=True)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(report).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_staff_see_what_is_not_collected_yet(
    clock: time_machine.Traveller, client: Client, stall: Stall
) -> None:
    helper = make_user(email="noor@example.org")
    help_in(stall.show, helper)
    run_show(clock, stall.show)
    (waiting,) = list_waiting(stall.show.market)
    assert (waiting.owner, waiting.public_id) == ("person", helper.public_id)
    assert (waiting.why, waiting.balance_minor) == ("not_collected", AMOUNT)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    desk = reverse("admin:creators_dutypremium_changelist")
    assert "noor@example.org" in client.get(desk, {"open": "yes"}).text
    sell(stall)
    clock.shift(dt.timedelta(days=31))
    settle_commissions()
    assert "noor@example.org" not in client.get(desk, {"open": "yes"}).text


def test_an_invoice_and_the_yearly_report_have_the_whole_commission(
    clock: time_machine.Traveller, stall: Stall, staff: User
) -> None:
    make_payout_details(stall.creator, agrees_to_self_billing=True)
    helper = make_user()
    make_payout_details(helper, by=helper)
    help_in(stall.show, helper)
    run_show(clock, stall.show)
    sell(stall)
    clock.shift(dt.timedelta(days=31))
    settle_commissions()
    run = open_run(make_payout_rule(), dt.date(2026, 12, 18))
    assert claim_run(run) == 2
    prepare_run(run, by=staff)
    release_run(run, by=make_user())
    invoice = SelfBilledInvoice.objects.get()
    assert invoice.payout.amount_minor == LINE - AMOUNT
    assert invoice.total_minor == LINE
    notes = " ".join(describe_invoice(invoice)["notes"])
    assert "Of it £1.33 went to helpers" in notes
    assert Payout.objects.exclude(pk=invoice.payout_id).get().amount_minor == AMOUNT
    assert find_book_faults() == []
    clock.move_to(dt.datetime(2027, 1, 15, 12, tzinfo=dt.UTC))
    now = dt.datetime.now(dt.UTC)
    sums = {row.ref: row.sums for row in list_sellers(stall.show.market, 2026, now)}
    assert sums[stall.creator.public_id].consideration == LINE
    assert sums[helper.public_id].consideration == AMOUNT


def test_the_file_says_who_owes_it_and_what_was_collected(
    clock: time_machine.Traveller, stall: Stall
) -> None:
    helper = make_user(display_name="Noor")
    help_in(stall.show, helper)
    run_show(clock, stall.show)
    _, line = "".join(write_premiums(DutyPremium.objects.all())).splitlines()
    assert line.endswith(",Ada,0,0,Noor")


def test_the_earnings_page_asks_as_often_for_one_premium_as_for_many(
    clock: time_machine.Traveller, client: Client, stall: Stall
) -> None:
    client.force_login(stall.creator.user)
    page = reverse("creators:earnings")
    help_in(stall.show, make_user())
    run_show(clock, stall.show)
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    people: list[tuple[User | None, Creator | None]] = [
        (make_user(), None),
        (None, make_creator()),
    ]
    for number, (person, helper) in enumerate(people):
        DutyPremium.objects.create(
            payer=stall.creator,
            show_ref=f"show{number}",
            title="Stools",
            ended_at=NINE,
            creator=helper,
            person=person,
            currency="GBP",
            minutes=1,
            hour_minor=1,
            premium_bps=1,
            amount_minor=1,
            rule_version="work-1",
        )
    with CaptureQueriesContext(connection) as many:
        assert client.get(page).text.count("Stools") >= 2
    assert len(many) == len(few)
