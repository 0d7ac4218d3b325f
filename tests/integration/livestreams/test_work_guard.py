"""The guard in shows: who works is noted, the slate comes, overtime is paid once."""

import datetime as dt
from collections.abc import Iterator
from functools import partial

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from creators.errors import RepairWrong, RestMissing, WorkCapReached
from creators.models import (
    Account,
    Creator,
    Guarantee,
    OvertimePremium,
    WorkDecision,
    WorkEntry,
    WorkSession,
)
from creators.selectors.balances import list_balances
from creators.selectors.books import find_book_faults
from creators.selectors.guarantees import find_guarantee
from creators.selectors.payable import list_payable_lines
from creators.selectors.work_sayings import explain
from creators.selectors.worktime import read_standing, read_work
from creators.services.funding import fund_by_payment
from creators.services.overtime import book_premium
from creators.services.work_appeals import Repair, overturn_decision
from creators.services.work_decisions import ask_human
from creators.services.work_limits import Limits, tighten_rules
from creators.services.worktime import add_entry, note_presence
from livestreams.access.studio import get_studio_seat
from livestreams.models import CoHost, Livestream
from livestreams.services.funding import choose_agreement
from livestreams.services.publishing import note_picture, note_picture_lost
from livestreams.services.shows import (
    end_livestream,
    pause_livestream,
    resume_livestream,
    start_livestream,
)
from livestreams.services.studio import go_live, go_on
from livestreams.services.work_guard import require_seat_time
from livestreams.services.worktime import note_seat
from livestreams.tasks import guard_worktime_task
from shopfront.models import User
from shopfront.services.outbox import relay
from tests.factories import make_agreement, make_duty, make_livestream, make_user
from tests.integration.creators.test_payouts import run_until

pytestmark = pytest.mark.django_db
NINE = dt.datetime(2026, 11, 17, 9, tzinfo=dt.UTC)
State, Kind = Livestream.State, WorkSession.Kind
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock on a Tuesday at nine."""
    with time_machine.travel(NINE, tick=False) as moved:
        yield moved


@pytest.fixture
def show(clock: time_machine.Traveller, creator: Creator) -> Livestream:
    """Plan a show of Ada's whose picture arrives, with somebody on duty."""
    make_duty(creator.market)
    return make_livestream(creator=creator, publisher_seen_at=NINE)


def worked(user: User, until: dt.datetime) -> list[tuple[float, float]]:
    """Return work as hours after nine."""
    found = read_work([user.pk], since=NINE - 24 * HOUR, until=until)[user.pk]
    return [((begin - NINE) / HOUR, (end - NINE) / HOUR) for begin, end in found]


def enter(creator: Creator, begin: float, end: float) -> None:
    add_entry(
        creator.user,
        market=creator.market,
        starts_at=NINE + begin * HOUR,
        ends_at=NINE + end * HOUR,
        note="Tried the stools",
    )


def test_a_show_is_work_of_who_is_on_camera_and_a_break_is_not(
    clock: time_machine.Traveller, show: Livestream, creator: Creator
) -> None:
    helper, moderator = make_user(), make_user()
    for user, duty in ((helper, "co_host"), (moderator, "moderator")):
        CoHost.objects.create(livestream=show, user=user, duty=duty)
    start_livestream(show)
    clock.move_to(NINE + HOUR)
    pause_livestream(show)
    note_seat(get_studio_seat(creator.user, show.public_id))
    note_seat(get_studio_seat(moderator, show.public_id))
    clock.move_to(NINE + 1.01 * HOUR)
    note_seat(get_studio_seat(creator.user, show.public_id))
    note_seat(get_studio_seat(moderator, show.public_id))
    clock.move_to(NINE + 1.5 * HOUR)
    resume_livestream(show)
    note_picture_lost(show.public_id)
    clock.move_to(NINE + 2 * HOUR)
    note_picture(show.public_id)
    assert worked(creator.user, NINE + 2 * HOUR) == [(0, 1), (1.5, 2)]
    clock.move_to(NINE + 3 * HOUR)
    show.refresh_from_db()
    end_livestream(show)
    end = NINE + 9 * HOUR
    assert worked(creator.user, end) == worked(helper, end) == [(0, 1), (1.5, 3)]
    assert worked(moderator, end) == [(1, 1.01)], "a moderator works while it is open"
    assert not WorkSession.objects.filter(ends_at=None).exists()


def test_tabs_devices_and_duties_count_once(
    clock: time_machine.Traveller, show: Livestream, creator: Creator
) -> None:
    other = make_livestream()
    CoHost.objects.create(livestream=other, user=creator.user, duty="moderator")
    for minutes in range(30):
        clock.move_to(NINE + dt.timedelta(minutes=minutes))
        for room in (show, other, show):
            note_seat(get_studio_seat(creator.user, room.public_id))
    assert WorkSession.objects.count() == 2
    assert worked(creator.user, NINE + HOUR) == [(0, 29 / 60)]
    clock.move_to(NINE + HOUR)
    note_seat(get_studio_seat(creator.user, show.public_id))
    assert WorkSession.objects.count() == 3, "an hour away was no work"
    loop = make_livestream(creator=creator, is_demo=True)
    note_seat(get_studio_seat(creator.user, loop.public_id))
    note_seat(get_studio_seat(make_user(is_staff=True), show.public_id))
    assert WorkSession.objects.count() == 3


def test_the_slate_comes_at_the_cap_and_the_show_is_not_ended(
    clock: time_machine.Traveller, show: Livestream, creator: Creator, client: Client
) -> None:
    clock.move_to(NINE + 4 * HOUR)
    enter(creator, 0, 3.75)
    go_live(show, by=creator.user)
    clock.move_to(NINE + 6.2 * HOUR)
    assert guard_worktime_task() == 0
    standing = read_standing(creator.user, creator.market, NINE + 6.2 * HOUR)
    assert standing is not None
    assert (standing.left, standing.warns, standing.limit) == (3, 5, "break")
    client.force_login(creator.user)
    page = client.get(reverse("creators:studio", args=[show.public_id]))
    assert "3 minutes left, then: a break" in page.content.decode()
    clock.move_to(NINE + 6.25 * HOUR)
    assert guard_worktime_task() == 1
    assert guard_worktime_task() == 0
    show.refresh_from_db()
    assert show.state == State.PAUSED
    decision = WorkDecision.objects.get()
    assert (decision.kind, decision.limit) == ("slate", "break")
    assert decision.rule_version == "work-GB-20260401"
    assert decision.figures["today_minutes"] == 360
    page = client.get(reverse("creators:studio", args=[show.public_id]))
    assert "Why, and ask a human" in page.content.decode()
    client.post(reverse("creators:studio-act", args=[show.public_id, "resume"]))
    show.refresh_from_db()
    assert show.state == State.PAUSED
    with pytest.raises(RestMissing) as refusal:
        go_on(show, by=creator.user)
    assert refusal.value.code == "creators.rest_missing"
    assert "15:35" in refusal.value.message
    clock.move_to(NINE + (6.25 + 1 / 3) * HOUR)
    assert go_on(show, by=creator.user).state == State.LIVE


def test_no_show_begins_without_time_and_the_refusal_is_kept_once(
    clock: time_machine.Traveller, show: Livestream, creator: Creator
) -> None:
    clock.move_to(NINE + 12 * HOUR)
    enter(creator, 0, 5)
    enter(creator, 6, 11)
    for _attempt in range(2):
        with pytest.raises(WorkCapReached) as refusal:
            go_live(show, by=creator.user)
    show.refresh_from_db()
    assert show.state == State.SCHEDULED
    assert "10:00" in refusal.value.message
    assert WorkDecision.objects.get().kind == "start"
    loop = make_livestream(creator=creator, is_demo=True, publisher_seen_at=NINE)
    assert go_live(loop, by=creator.user).state == State.LIVE


def test_the_seat_of_a_moderator_rests_and_the_show_goes_on(
    clock: time_machine.Traveller, show: Livestream, client: Client
) -> None:
    moderator = make_user()
    CoHost.objects.create(livestream=show, user=moderator, duty="moderator")
    start_livestream(show)
    seat = get_studio_seat(moderator, show.public_id)
    require_seat_time(seat)
    clock.move_to(NINE + 6 * HOUR)
    add_entry(
        moderator,
        market=show.market,
        starts_at=NINE,
        ends_at=NINE + 6 * HOUR,
        note="Another desk",
    )
    with pytest.raises(RestMissing):
        require_seat_time(seat)
    client.force_login(moderator)
    say = reverse("creators:studio-duty", args=[show.public_id, "say"])
    said = client.post(say, {"text": "Hello"}, follow=True).content.decode()
    assert "A break is due" in said
    assert not show.messages.exists()
    require_seat_time(get_studio_seat(show.creator.user, show.public_id))
    assert WorkDecision.objects.get().kind == "seat"
    show.refresh_from_db()
    assert show.state == State.LIVE


def test_a_studio_behind_other_windows_is_work_only_during_the_show(
    show: Livestream, client: Client
) -> None:
    client.force_login(show.creator.user)
    address = reverse("creators:studio-pulse", args=[show.public_id])
    client.get(address, {"hidden": "1"})
    assert not WorkSession.objects.exists()
    client.get(address)
    assert WorkSession.objects.get().kind == "studio"
    on_air = make_livestream(creator=show.creator, state=State.LIVE)
    note_seat(get_studio_seat(show.creator.user, on_air.public_id), is_hidden=True)
    assert WorkSession.objects.filter(show_ref=on_air.public_id).exists()


def test_the_payer_of_a_show_limits_work_for_it_alone(
    clock: time_machine.Traveller, show: Livestream, creator: Creator, staff: User
) -> None:
    agreement = make_agreement(creator=creator)
    choose_agreement(show, agreement)
    tighten_rules(
        creator.market,
        Limits(daily_cap_minutes=60),
        owner=agreement.payer,
        valid_from=dt.date(2026, 11, 18),
        by=staff,
    )
    clock.move_to(NINE + 26 * HOUR)
    enter(creator, 24, 25)
    with pytest.raises(WorkCapReached):
        go_live(show, by=creator.user)
    free = make_livestream(creator=creator, publisher_seen_at=NINE)
    assert go_live(free, by=creator.user).state == State.LIVE


def run_long_day(
    clock: time_machine.Traveller, show: Livestream, minutes: int, **terms: object
) -> Guarantee:
    """Work seven and a half hours, then run the show for some minutes."""
    agreement = make_agreement(creator=show.creator, **terms)
    choose_agreement(show, agreement)
    guarantee = find_guarantee(show.public_id)
    assert guarantee is not None
    with transaction.atomic():
        fund_by_payment(
            guarantee,
            reference=show.public_id,
            amount_minor=guarantee.amount_minor,
        )
    clock.move_to(NINE + 8 * HOUR)
    enter(show.creator, 0, 5)
    enter(show.creator, 5.5, 8)
    start_livestream(show)
    clock.move_to(NINE + 8 * HOUR + dt.timedelta(minutes=minutes))
    end_livestream(show)
    relay()
    relay()
    guarantee.refresh_from_db()
    return guarantee


def test_overtime_of_a_show_is_paid_beside_its_guarantee_once(
    clock: time_machine.Traveller, show: Livestream
) -> None:
    guarantee = run_long_day(clock, show, 55, guarantee_per="hour")
    premium = OvertimePremium.objects.get()
    assert (premium.minutes, premium.hour_minor) == (25, 2000)
    assert premium.amount_minor == -(-2000 * 25 * 2500 // (60 * 10_000)) == 209
    assert guarantee.ended_at is not None
    for _again in range(2):
        book_premium(show.public_id, ended_at=guarantee.ended_at)
    (balance,) = list_balances(show.creator)
    assert balance.settled.minor == guarantee.due_minor + 209 == 2209
    decision = WorkDecision.objects.get()
    assert decision.figures["minutes"] == 25
    account = Account.objects.get(owner_ref=show.creator.public_id)
    lines = list_payable_lines(account, now=NINE + 9 * HOUR, settle_days=30)
    assert [line.title.partition(":")[0] for line in lines] == [
        "Guarantee",
        "Overtime premium",
    ]
    assert find_book_faults() == []


def test_a_premium_that_was_too_small_is_put_right_by_a_human(
    clock: time_machine.Traveller, show: Livestream, client: Client, staff: User
) -> None:
    run_long_day(clock, show, 55, guarantee_per="hour")
    client.force_login(show.creator.user)
    report = client.get(reverse("creators:show-detail", args=[show.public_id]))
    assert "25 minutes beyond the day" in report.content.decode()
    decision = ask_human(WorkDecision.objects.get(), why="It was a Sunday for me")
    for less in (None, 208):
        with pytest.raises(RepairWrong):
            overturn_decision(
                decision, by=staff, reason="No", repair=Repair(premium_minor=less)
            )
    repair = Repair(premium_minor=400)
    overturn_decision(decision, by=staff, reason="Right", repair=repair)
    assert OvertimePremium.objects.get().amount_minor == 400
    (balance,) = list_balances(show.creator)
    assert balance.settled.minor == 2000 + 400
    assert find_book_faults() == []


def test_work_entered_later_on_the_day_before_the_show_pays_the_difference(
    clock: time_machine.Traveller, show: Livestream
) -> None:
    run_long_day(clock, show, 55)
    assert OvertimePremium.objects.get().minutes == 25
    enter(show.creator, 5, 5.25)
    premium = OvertimePremium.objects.get()
    assert (premium.minutes, premium.posted_count) == (40, 2)
    later, first = WorkDecision.objects.all()
    part = f"the £{first.figures['amount_minor'] / 100:.2f} decided before are in it."
    assert explain(later).endswith(part)
    assert "decided before" not in explain(first)
    assert find_book_faults() == []


def test_a_premium_killed_at_any_statement_is_booked_whole_or_not_at_all(
    clock: time_machine.Traveller, show: Livestream
) -> None:
    guarantee = run_long_day(clock, show, 20)
    assert not OvertimePremium.objects.exists()
    ended_at = guarantee.ended_at
    assert ended_at is not None
    WorkEntry.objects.create(
        user=show.creator.user,
        market=show.market,
        starts_at=NINE + 5 * HOUR,
        ends_at=NINE + 5.5 * HOUR,
        note="Found later",
    )
    book = partial(book_premium, show.public_id, ended_at=ended_at)
    was_cut, nth = True, -1
    while was_cut:
        nth += 1
        with transaction.atomic():
            was_cut = run_until(nth, book)
            if was_cut:
                assert not OvertimePremium.objects.exists(), nth
                book()
            assert OvertimePremium.objects.get().minutes == 20, nth
            assert find_book_faults() == [], nth
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
    assert nth > 5


def test_presence_is_noted_at_most_every_twenty_seconds(
    clock: time_machine.Traveller, creator: Creator
) -> None:
    with CaptureQueriesContext(connection) as asked:
        for second in range(0, 60, 2):
            clock.move_to(NINE + dt.timedelta(seconds=second))
            note_presence(
                creator.user, market=creator.market, show_ref="s" * 16, title="Stools"
            )
    assert len(asked) == 4, "one insert after a look, then two updates"
