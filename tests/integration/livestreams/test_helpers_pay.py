"""Helpers without a creator's account: owed, told what is missing, paid, shown."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.selectors.sellers import list_sellers
from creators.access import list_helper_accounts
from creators.models import (
    Account,
    Creator,
    DutyPremium,
    Entry,
    Payout,
    PayoutDetails,
    WorkDecision,
    WorkSession,
)
from creators.payouts.answers import RETURNED, Said
from creators.selectors.books import find_book_faults
from creators.selectors.months import list_months
from creators.selectors.unpaid import list_waiting
from creators.services.bank_answers import take_said
from creators.services.overtime import book_premiums_of
from creators.services.payouts import claim_run, open_run, prepare_run, release_run
from creators.services.work_appeals import Repair, overturn_decision
from creators.services.work_decisions import ask_human
from creators.services.worktime import add_entry
from livestreams.models import CoHost, Livestream
from livestreams.services.funding import settle_show
from shopfront.models import User
from shopfront.services.outbox import relay
from tests.factories import (
    make_creator,
    make_livestream,
    make_payout_details,
    make_payout_rule,
    make_user,
)
from tests.integration.creators.test_months import add_up
from tests.integration.creators.test_payout_details import PASSWORD, TYPED, confirm
from tests.integration.creators.test_statements import read_paper, recompute
from tests.integration.livestreams.test_work_guard import HOUR, NINE, run_long_day

pytestmark = pytest.mark.django_db
FLOOR = 1271
AMOUNT = -(-FLOOR * 25 * 2500 // (60 * 10_000))
RUN_DAY = dt.date(2026, 11, 22)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock on a Tuesday at nine."""
    with time_machine.travel(NINE, tick=False) as moved:
        yield moved


@pytest.fixture
def moderator(clock: time_machine.Traveller) -> User:
    """Let somebody help who has a password, but no creator's account."""
    person = make_user(email="noor@example.org")
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def show(
    clock: time_machine.Traveller, creator: Creator, moderator: User
) -> Livestream:
    """Run a show that keeps its moderator 25 minutes beyond the day's limit."""
    planned = make_livestream(creator=creator, publisher_seen_at=NINE)
    CoHost.objects.create(
        livestream=planned, user=moderator, duty=CoHost.Duty.MODERATOR
    )
    for begin, end, ref in ((0, 7.5, ""), (8, 8 + 55 / 60, planned.public_id)):
        WorkSession.objects.create(
            user=moderator,
            market=planned.market,
            kind=WorkSession.Kind.STUDIO,
            show_ref=ref,
            starts_at=NINE + begin * HOUR,
            ends_at=NINE + end * HOUR,
        )
    run_long_day(clock, planned, 55)
    return planned


def sum_owed(person: User) -> int:
    entries = Entry.objects.filter(
        account__kind=Account.Kind.HELPER_PAYABLE, account__owner_ref=person.public_id
    )
    return -sum(entry.amount_minor for entry in entries)


def test_overtime_of_a_helper_without_an_account_is_owed_to_the_person_and_told(
    show: Livestream, moderator: User
) -> None:
    settle_show(show.public_id)
    premium = DutyPremium.objects.get()
    assert premium.guarantee is not None
    assert (premium.person, premium.creator) == (moderator, None)
    assert (premium.minutes, premium.amount_minor) == (25, AMOUNT)
    assert sum_owed(moderator) == AMOUNT
    assert WorkDecision.objects.get(user=moderator).figures["minutes"] == 25
    relay()
    (letter,) = [one for one in mail.outbox if one.to == [moderator.email]]
    assert "£1.33 in all" in letter.body
    assert "bank account and your tax data" in letter.body
    assert "/creator/premiums/GBP/" in letter.body
    assert find_book_faults() == []
    DutyPremium.objects.update(amount_minor=AMOUNT + 1)
    assert find_book_faults() == [
        "a helper did not get what an overtime premium says: "
        f"{premium.guarantee.public_id}"
    ]


def test_it_waits_for_the_details_and_is_then_paid_however_little_it_is(
    clock: time_machine.Traveller,
    client: Client,
    show: Livestream,
    moderator: User,
    staff: User,
    tmp_path: Path,
) -> None:
    rule = make_payout_rule(minimum_minor=5000)
    (waiting,) = [row for row in list_waiting(show.market) if row.owner == "person"]
    assert (waiting.why, waiting.settled_minor) == ("no_details", AMOUNT)
    assert claim_run(open_run(rule, RUN_DAY - dt.timedelta(days=1))) == 0
    client.force_login(moderator)
    shown = client.get(reverse("creators:premiums")).text
    assert "We do not know where to pay you" in shown
    assert "£1.33" in shown
    change = reverse("creators:premiums-change", args=["GBP"])
    assert "reauthenticate" in client.get(change)["Location"]
    confirm(client)
    form = client.get(change).text
    assert "Date of birth" in form
    assert "Write my invoices" not in form
    assert client.post(change, TYPED | {"tax_number": "1"}).status_code == 400
    assert client.post(change, TYPED).status_code == 302
    details = PayoutDetails.objects.get()
    assert (details.owner_kind, details.agreed_self_billing_at) == ("person", None)
    run = open_run(rule, RUN_DAY)
    assert (claim_run(run), claim_run(run)) == (1, 0)
    prepare_run(run, by=staff)
    release_run(run, by=make_user())
    payout = Payout.objects.get()
    assert (payout.amount_minor, sum_owed(moderator)) == (AMOUNT, 0)
    page = client.get(reverse("creators:premiums", args=["GBP"])).text
    assert "With the bank" in page
    answer = client.get(reverse("creators:premium-sheet", args=[payout.public_id]))
    file = tmp_path / "statement.csv"
    file.write_bytes(b"".join(answer))
    assert recompute(file).stdout.strip() == str(AMOUNT)
    paper = client.get(reverse("creators:premium-paper", args=[payout.public_id]))
    words = read_paper(paper.content)
    assert "A premium is paid whole" in words
    assert "A guarantee is paid whole" not in words
    assert "Base times rate" not in words
    sheet = b"".join(client.get(reverse("creators:premiums-file"))).decode()
    assert f",25,{FLOOR},2500,{AMOUNT},GBP," in sheet
    assert find_book_faults() == []


def test_what_the_bank_sends_back_is_owed_again_and_the_helper_is_told(
    show: Livestream, moderator: User, staff: User
) -> None:
    make_payout_details(moderator, by=moderator)
    run = open_run(make_payout_rule(), RUN_DAY)
    assert claim_run(run) == 1
    prepare_run(run, by=staff)
    release_run(run, by=make_user())
    payout = Payout.objects.get()
    said = Said(
        message_id="CAMT-1",
        end_to_end_id=payout.public_id,
        verdict=RETURNED,
        reason="AC04",
        amount_minor=AMOUNT,
        currency="GBP",
    )
    assert take_said(said) is not None
    assert take_said(said) is None
    assert sum_owed(moderator) == AMOUNT
    relay()
    (letter,) = [one for one in mail.outbox if "did not take" in one.subject]
    assert letter.to == [moderator.email]
    assert "/creator/premiums/" in letter.body
    assert find_book_faults() == []


def test_nobody_else_sees_what_a_helper_is_owed(
    client: Client, show: Livestream, moderator: User, stranger: User
) -> None:
    make_payout_details(moderator, by=moderator)
    assert claim_run(open_run(make_payout_rule(), RUN_DAY)) == 1
    payout = Payout.objects.get().public_id
    pages = [
        reverse("creators:premiums"),
        reverse("creators:premiums", args=["GBP"]),
        reverse("creators:premium-paper", args=[payout]),
        reverse("creators:premium-sheet", args=[payout]),
    ]
    for page in pages:
        assert client.get(page).status_code == 302
    for person in (stranger, show.creator.user):
        client.force_login(person)
        for page in pages:
            assert client.get(page).status_code == 404
        assert (
            b"show"
            not in b"".join(client.get(reverse("creators:premiums-file"))).partition(
                b"\n"
            )[2]
        )
    client.force_login(moderator)
    assert client.get(reverse("creators:premiums", args=["EUR"])).status_code == 404


def test_a_helpers_months_add_up_and_nobody_else_reads_them(
    client: Client,
    show: Livestream,
    moderator: User,
    stranger: User,
    tmp_path: Path,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_payout_details(moderator, by=moderator)
    assert claim_run(open_run(make_payout_rule(), RUN_DAY)) == 1
    (account,) = list_helper_accounts(moderator)
    (month,) = list_months(account, show.market)
    client.force_login(moderator)
    address = ("creators:premiums-month", ("GBP",))
    assert add_up(client, [month], *address, tmp_path) == 0
    page = reverse(address[0], args=["GBP", month.name])
    assert page in client.get(reverse("creators:premiums")).text
    with django_assert_max_num_queries(20):
        shown = client.get(page).text
    assert "Overtime premium" in shown
    assert "A premium is paid whole" in shown
    assert "-£1.33" in shown
    assert "Commission" not in shown  # a premium has no rate
    paper = reverse("creators:premiums-month-paper", args=["GBP", month.name])
    words = read_paper(client.get(paper).content)
    assert "Balance so far" in words
    assert "Commission" not in words
    assert moderator.name in words
    for other in ("2025-01", "x"):
        missing = reverse(address[0], args=["GBP", other])
        assert client.get(missing).status_code == 404
    for person in (stranger, show.creator.user):
        client.force_login(person)
        for one in (page, paper, page + "lines.csv"):
            assert client.get(one).status_code == 404


def test_a_premium_stays_with_the_person_who_becomes_a_creator(
    show: Livestream, moderator: User, staff: User
) -> None:
    later = make_creator(user=moderator)
    add_entry(
        moderator,
        market=later.market,
        starts_at=NINE + 7.5 * HOUR,
        ends_at=NINE + 7.75 * HOUR,
        note="Sorted the questions",
    )
    premium = DutyPremium.objects.get()
    assert (premium.person, premium.minutes, premium.posted_count) == (moderator, 40, 2)
    book_premiums_of(moderator, NINE, NINE + 9 * HOUR)
    assert sum_owed(moderator) == premium.amount_minor
    asked = WorkDecision.objects.filter(user=moderator).latest("pk")
    repair = Repair(premium_minor=400)
    decision = ask_human(asked, why="It was a Sunday for me")
    overturn_decision(decision, by=staff, reason="Right", repair=repair)
    assert sum_owed(moderator) == 400
    assert find_book_faults() == []


def test_an_undecided_application_is_no_account_to_be_paid_by(
    clock: time_machine.Traveller, moderator: User, request: pytest.FixtureRequest
) -> None:
    make_creator(user=moderator, state=Creator.State.APPLIED)
    request.getfixturevalue("show")
    assert DutyPremium.objects.get().person == moderator


def test_the_yearly_report_has_helpers_too(
    clock: time_machine.Traveller, show: Livestream, moderator: User
) -> None:
    make_payout_details(moderator, by=moderator)
    clock.move_to(dt.datetime(2027, 1, 15, 12, tzinfo=dt.UTC))
    now = dt.datetime.now(dt.UTC)
    found = {row.ref: row for row in list_sellers(show.market, 2026, now)}
    seller = found[moderator.public_id]
    assert (seller.kind, seller.missing) == ("PersonalServices", ())
    assert (seller.sums.consideration, seller.sums.activities) == (AMOUNT, 1)
