"""Hours as a person sees them: the week, entries, longer weeks, a human's answer."""

import csv
import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from creators.errors import (
    DecisionClosed,
    DecisionOwn,
    EntryClosed,
    EntryInvalid,
    ExtensionInShow,
    ExtensionNotAllowed,
    ExtensionTooLate,
    LimitLoosened,
    LimitTaken,
    RepairWrong,
)
from creators.models import (
    Account,
    Creator,
    WorkDecision,
    WorkEntry,
    WorkExtension,
    WorkLimit,
    WorkSession,
)
from creators.selectors.decisions import count_doubted
from creators.selectors.worktime import read_standing
from creators.services.work_appeals import Repair, overturn_decision, uphold_decision
from creators.services.work_decisions import Subject, ask_human, keep_decision
from creators.services.work_limits import (
    Limits,
    agree_extension,
    revoke_extension,
    tighten_rules,
)
from creators.services.worktime import add_entry, change_entry, remove_entry
from creators.tasks import remind_decisions_task
from shopfront.common.errors import DomainError
from shopfront.models import Audit, User
from shopfront.services.outbox import relay
from tests.factories import make_account, make_creator, make_market, make_user
from tests.integration.shopfront.test_admin import act

pytestmark = pytest.mark.django_db
TUESDAY = dt.datetime(2026, 11, 17, 20, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
NEXT_WEEK = dt.date(2026, 11, 23)
PAGE = "/creator/hours/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock on a Tuesday at eight in the evening."""
    with time_machine.travel(TUESDAY, tick=False) as moved:
        yield moved


@pytest.fixture
def host(client: Client, creator: Creator) -> Client:
    """Be signed in as the creator."""
    client.force_login(creator.user)
    return client


def enter(creator: Creator, begin: float, end: float, day: int = 0) -> WorkEntry:
    """Enter work by hours of Tuesday, or of a day before."""
    midnight = TUESDAY.replace(hour=0) + dt.timedelta(days=day)
    return add_entry(
        creator.user,
        market=creator.market,
        starts_at=midnight + begin * HOUR,
        ends_at=midnight + end * HOUR,
        note="Fetched  samples\n",
    )


def decide(creator: Creator, key: str = "slate:1") -> WorkDecision:
    """Keep that the slate was shown at the day's cap."""
    standing = read_standing(creator.user, creator.market, TUESDAY)
    assert standing is not None
    return keep_decision(
        Subject(user=creator.user, market=creator.market, title="Stools"),
        WorkDecision.Kind.SLATE,
        key=key,
        limit=WorkDecision.Limit.DAY,
        rule_version=standing.rule_version,
        figures=standing.as_figures(),
    )


def test_the_page_shows_the_week_with_its_sums(host: Client, creator: Creator) -> None:
    enter(creator, 8, 12)
    enter(creator, 11, 13.5)
    enter(creator, 9, 18, day=-1)
    WorkSession.objects.create(
        user=creator.user,
        market=creator.market,
        kind=WorkSession.Kind.STUDIO,
        show_ref="s" * 16,
        title="Sunday stools",
        starts_at=TUESDAY - HOUR,
        ends_at=TUESDAY,
    )
    page = host.get(PAGE).content.decode()
    assert "14:30 in all, 0:00" not in page
    assert "Hours by day: 15:30 in all, 1:00 of them overtime" in page
    assert "6:30" in page
    assert "9:00" in page
    assert "Studio open · Sunday stools" in page
    assert "work-GB-20260401" in page
    assert page.count("week-plot__bar") == 7
    assert page.count('class="week-plot__over"') == 1
    before = host.get(PAGE, {"week": "2026-11-11"}).content.decode()
    assert "Week from 9 November 2026" in before
    assert "Hours by day: 0:00 in all" in before
    for odd in ("2999-01-01", "x", "0001-01-01", "2026-13-40"):
        assert host.get(PAGE, {"week": odd}).status_code == 200


def test_a_full_week_costs_no_more_queries(
    host: Client,
    creator: Creator,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    enter(creator, 8, 9)
    decide(creator)
    with django_assert_max_num_queries(22) as few:
        host.get(PAGE)
    for number in range(12):
        enter(creator, number, number + 0.5)
        decide(creator, f"slate:{number}")
    with django_assert_max_num_queries(len(few.captured_queries)):
        host.get(PAGE)


def test_the_file_proves_the_week(host: Client, creator: Creator) -> None:
    enter(creator, 8, 12)
    add_entry(
        creator.user,
        market=creator.market,
        starts_at=TUESDAY - 10 * HOUR,
        ends_at=TUESDAY - 7 * HOUR,
        note="=HYPERLINK(1)",
    )
    decide(creator)
    answer = host.get("/creator/hours/week.csv?week=2026-11-17")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(text.splitlines()))
    assert "hours-2026-11-16.csv" in answer["Content-Disposition"]
    counted = [row for row in rows if row["kind"] == "counted"]
    assert sum(int(row["minutes"]) for row in counted) == 300
    (day,) = [row for row in rows if row["kind"] == "day" and row["minutes"] != "0"]
    assert (day["what"], day["minutes"]) == ("2026-11-17", "300")
    assert rows[-2]["minutes"] == "300"
    assert "slate" in rows[-1]["kind"]
    assert all(not row["what"].startswith("=") for row in rows)
    enter(creator, 8, 9, day=-7)
    answer = host.get("/creator/hours/week.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    weeks = [row for row in csv.DictReader(text.splitlines()) if row["kind"] == "week"]
    assert [row["minutes"] for row in weeks] == ["60", "300"]


def test_an_entry_is_made_changed_and_removed_and_its_history_stays(
    host: Client, creator: Creator
) -> None:
    typed = {
        "starts_at": "2026-11-17T09:00",
        "ends_at": "2026-11-17T10:00",
        "note": "Tried the lamp",
    }
    host.post(reverse("creators:hours-enter"), typed)
    entry = WorkEntry.objects.get()
    assert "Tried the lamp" in host.get(PAGE).content.decode()
    later = typed | {"entry": entry.public_id, "ends_at": "2026-11-17T11:00"}
    host.post(reverse("creators:hours-change", args=["change"]), later)
    entry.refresh_from_db()
    assert entry.ends_at - entry.starts_at == 2 * HOUR
    host.post(reverse("creators:hours-change", args=["remove"]), later)
    remove_entry(entry)
    assert "Tried the lamp" not in host.get(PAGE).content.decode()
    history = WorkEntry.pgh_event_model.objects  # type: ignore[attr-defined]
    assert history.filter(pgh_obj=entry).count() == 3
    wrong = host.post(reverse("creators:hours-enter"), typed | {"note": ""})
    assert wrong.status_code == 422
    ahead = host.post(
        reverse("creators:hours-enter"), typed | {"ends_at": "2026-11-18T09:00"}
    )
    assert "a time that is past" in ahead.content.decode()
    odd = host.post(reverse("creators:hours-change", args=["change"]), later)
    assert odd.status_code == 302
    assert WorkEntry.objects.count() == 1


def test_entries_close_two_days_after_their_week(
    clock: time_machine.Traveller, creator: Creator
) -> None:
    entry = enter(creator, 9, 10)
    clock.move_to(dt.datetime(2026, 11, 24, 23, 59, tzinfo=dt.UTC))
    moved = (entry.starts_at, entry.ends_at + HOUR)
    change_entry(entry, starts_at=moved[0], ends_at=moved[1], note="Longer")
    clock.move_to(dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    with pytest.raises(EntryClosed):
        remove_entry(entry)
    now = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
    with pytest.raises(EntryClosed):
        change_entry(entry, starts_at=now - HOUR, ends_at=now, note="Another week")
    with pytest.raises(EntryClosed):
        enter(creator, 9, 10)
    german = make_creator(market=make_market("DE"), user=make_user())
    dawn = dt.datetime(1, 1, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    with pytest.raises(EntryClosed):
        add_entry(
            german.user,
            market=german.market,
            starts_at=dawn,
            ends_at=dawn + HOUR,
            note="Before calendars",
        )
    for begin, end in ((1, 1), (2, 1), (0, 17)):
        with pytest.raises(EntryInvalid):
            add_entry(
                creator.user,
                market=creator.market,
                starts_at=now - 24 * HOUR + begin * HOUR,
                ends_at=now - 24 * HOUR + end * HOUR,
                note="Odd",
            )


def test_nobody_reaches_the_hours_of_another(
    client: Client, host: Client, creator: Creator, stranger: User
) -> None:
    entry, decision = enter(creator, 9, 10), decide(creator)
    client.force_login(stranger)
    assert client.get(PAGE).status_code == 403
    assert client.get("/creator/hours/week.csv").status_code == 404
    client.force_login(make_creator().user)
    for act_name, facts in (
        ("remove", {"entry": entry.public_id}),
        ("revoke", {"extension": "x" * 16}),
    ):
        client.post(reverse("creators:hours-change", args=[act_name]), facts)
    client.post(reverse("creators:decision-ask", args=[decision.public_id]))
    entry.refresh_from_db()
    decision.refresh_from_db()
    assert (entry.removed_at, decision.asked_at) == (None, None)
    assert "Fetched samples" not in client.get(PAGE).content.decode()


def test_a_moderator_without_a_portal_sees_their_hours(
    client: Client, creator: Creator
) -> None:
    moderator = make_user()
    WorkSession.objects.create(
        user=moderator,
        market=creator.market,
        kind=WorkSession.Kind.STUDIO,
        starts_at=TUESDAY - HOUR,
        ends_at=TUESDAY,
    )
    client.force_login(moderator)
    page = client.get(PAGE).content.decode()
    assert "1:00 in all" in page
    assert reverse("creators:earnings") not in page


def test_a_longer_week_is_signed_before_it_and_taken_back(
    host: Client, creator: Creator, clock: time_machine.Traveller
) -> None:
    typed = {"week": "2026-11-23", "hours": "4", "signed_as": "Ada Example"}
    host.post(reverse("creators:hours-change", args=["extend"]), typed)
    extension = WorkExtension.objects.get()
    assert (extension.minutes, extension.week) == (240, NEXT_WEEK)
    assert "4 hours more than the weekly limit of 48" in extension.words
    with pytest.raises(ExtensionNotAllowed):
        agree(creator, NEXT_WEEK, 60)
    clock.move_to(dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC))
    standing = read_standing(creator.user, creator.market, TUESDAY + 7 * 24 * HOUR)
    assert standing is not None
    assert standing.weekly_cap == 3120
    page = host.get(PAGE).content.decode()
    assert "Signed by Ada Example" in page
    answer = {"extension": extension.public_id}
    host.post(reverse("creators:hours-change", args=["revoke"]), answer)
    revoke_extension(extension, by=creator.user)
    standing = read_standing(creator.user, creator.market, TUESDAY + 7 * 24 * HOUR)
    assert standing is not None
    assert standing.weekly_cap == 2880
    assert Audit.objects.filter(action="creators.revoke_extension").count() == 1


def agree(creator: Creator, week: dt.date, minutes: int, name: str = "Ada") -> None:
    agree_extension(
        creator.user,
        market=creator.market,
        week=week,
        minutes=minutes,
        signed_as=name,
    )


@pytest.mark.parametrize(
    ("week", "minutes", "name", "refusal"),
    [
        (dt.date(2026, 11, 16), 60, "Ada", ExtensionTooLate),
        (dt.date(2026, 11, 24), 60, "Ada", ExtensionTooLate),
        (NEXT_WEEK, 721, "Ada", ExtensionNotAllowed),
        (NEXT_WEEK, 0, "Ada", ExtensionNotAllowed),
        (NEXT_WEEK, 60, " ", ExtensionNotAllowed),
    ],
)
def test_a_longer_week_keeps_to_the_law(
    creator: Creator, week: dt.date, minutes: int, name: str, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        agree(creator, week, minutes, name)
    assert not WorkExtension.objects.exists()


def test_no_longer_week_in_germany_nor_during_a_show(
    host: Client, creator: Creator
) -> None:
    german = make_creator(market=make_market("DE"), user=make_user())
    with pytest.raises(ExtensionNotAllowed):
        agree(german, NEXT_WEEK, 60)
    WorkSession.objects.create(
        user=creator.user,
        market=creator.market,
        kind=WorkSession.Kind.STREAM,
        show_ref="s" * 16,
        starts_at=TUESDAY - HOUR,
    )
    with pytest.raises(ExtensionInShow):
        agree(creator, NEXT_WEEK, 60)
    moderator = make_user()
    WorkSession.objects.create(
        user=moderator,
        market=creator.market,
        kind=WorkSession.Kind.STUDIO,
        show_ref="s" * 16,
        starts_at=TUESDAY - HOUR,
        ends_at=TUESDAY,
    )
    with pytest.raises(ExtensionInShow):
        agree_extension(
            moderator,
            market=creator.market,
            week=NEXT_WEEK,
            minutes=60,
            signed_as="Mo",
        )
    page = host.get(PAGE).content.decode()
    assert "Longer weeks are never decided during one" in page
    assert reverse("creators:hours-change", args=["extend"]) not in page


def test_limits_are_made_tighter_by_operator_and_payer_never_looser(
    client: Client, staff: User, creator: Creator
) -> None:
    payer, operator = make_account(), make_account(owner_kind=Account.Owner.OPERATOR)
    client.force_login(staff)
    said = {"market": "GB", "valid_from": "2026-11-18", "reason": "Long shows"}
    act(client, operator, "tighten", daily_cap_minutes=540, **said)
    act(client, payer, "tighten", daily_cap_minutes=300, rest_minutes=720, **said)
    assert WorkLimit.objects.count() == 2
    refused = act(client, payer, "tighten", **(said | {"daily_cap_minutes": 601}))
    assert b"only be tighter" in client.get(refused.url).content
    later = TUESDAY + 24 * HOUR
    mine = read_standing(creator.user, creator.market, later)
    theirs = read_standing(creator.user, creator.market, later, payer=payer)
    today = read_standing(creator.user, creator.market, TUESDAY, payer=payer)
    assert mine is not None
    assert theirs is not None
    assert today is not None
    assert (mine.daily_cap, theirs.daily_cap, today.daily_cap) == (540, 300, 600)
    assert len(theirs.tightened) == 2
    for limits, day, refusal in (
        (Limits(rest_minutes=659), dt.date(2026, 12, 1), LimitLoosened),
        (Limits(), dt.date(2026, 12, 1), LimitLoosened),
        (Limits(rest_minutes=99_999), dt.date(2026, 12, 1), LimitLoosened),
        (Limits(daily_cap_minutes=1), dt.date(2026, 11, 17), LimitTaken),
        (Limits(daily_cap_minutes=1), dt.date(2026, 11, 18), LimitTaken),
    ):
        with pytest.raises(refusal):
            tighten_rules(creator.market, limits, owner=payer, valid_from=day, by=staff)


def test_a_human_decides_anew_and_what_was_wrong_is_undone(
    client: Client, host: Client, creator: Creator, staff: User
) -> None:
    enter(creator, 6, 16)
    decision = decide(creator)
    page = host.get(PAGE).content.decode()
    assert "10:00 hours were worked on this day, and 10:00 are the most" in page
    ask = {"why": "The tab stood open while I slept"}
    host.post(reverse("creators:decision-ask", args=[decision.public_id]), ask)
    decision.refresh_from_db()
    assert decision.due_at == TUESDAY + dt.timedelta(days=7)
    assert count_doubted() == 1
    with pytest.raises(DecisionClosed):
        ask_human(decision, why="Again")
    client.force_login(staff)
    queue = client.get("/admin/creators/workdecision/", {"asked": "waits"})
    assert "The tab stood open" in queue.content.decode()
    empty = act(client, decision, "overturn", reason="He slept")
    assert b"which time was no work" in client.get(empty.url).content
    act(
        client,
        decision,
        "overturn",
        reason="He slept",
        struck_from="2026-11-17 06:00",
        struck_until="2026-11-17 10:00",
    )
    decision.refresh_from_db()
    assert (decision.outcome, decision.decided_by) == ("overturned", staff)
    standing = read_standing(creator.user, creator.market, TUESDAY)
    assert standing is not None
    assert standing.today == 360
    relay()
    assert mail.outbox[0].to == [creator.user.email]
    assert "you were right" in mail.outbox[0].body
    client.force_login(creator.user)
    assert "it was wrong and is undone" in client.get(PAGE).content.decode()


def test_a_decision_stands_by_another_person_with_a_reason_once(
    creator: Creator, staff: User
) -> None:
    enter(creator, 6, 16)
    decision = decide(creator)
    assert decide(creator) == decision, "a key is decided once"
    with pytest.raises(DecisionClosed):
        uphold_decision(decision, by=staff, reason="Nobody asked")
    ask_human(decision, why="")
    with pytest.raises(DecisionClosed):
        uphold_decision(decision, by=staff, reason=" ")
    with pytest.raises(DecisionOwn):
        uphold_decision(decision, by=creator.user, reason="I am fine")
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkDecision.objects.update(
            outcome="upheld",
            reason="I am fine",
            decided_at=TUESDAY,
            decided_by=creator.user,
        )
    late = Repair(struck_from=TUESDAY, struck_until=TUESDAY + HOUR)
    for repair in (Repair(), late, Repair(premium_minor=5)):
        with pytest.raises(RepairWrong):
            overturn_decision(decision, by=staff, reason="No", repair=repair)
    uphold_decision(decision, by=staff, reason="The studio was in use")
    with pytest.raises(DecisionClosed):
        uphold_decision(decision, by=staff, reason="Twice")
    relay()
    assert "the decision stands" in mail.outbox[0].body


def test_staff_are_reminded_once_before_a_decision_is_due(
    creator: Creator, staff: User, clock: time_machine.Traveller
) -> None:
    decision = ask_human(decide(creator), why="I slept")
    assert remind_decisions_task() == 0
    clock.move_to(TUESDAY + dt.timedelta(days=5))
    assert remind_decisions_task() == remind_decisions_task() == 1
    relay()
    (letter,) = mail.outbox
    assert letter.bcc == [staff.email]
    assert "I slept" in letter.body
    uphold_decision(decision, by=staff, reason="The studio was in use")
    assert remind_decisions_task() == 0


@pytest.mark.parametrize(
    ("day", "elapsed"),
    [(dt.date(2026, 10, 25), "4:00"), (dt.date(2027, 3, 28), "2:00")],
)
def test_hours_of_a_night_of_changed_clocks_count_as_they_passed(
    client: Client,
    creator: Creator,
    clock: time_machine.Traveller,
    day: dt.date,
    elapsed: str,
) -> None:
    clock.move_to(dt.datetime.combine(day, dt.time(12), dt.UTC))
    client.force_login(creator.user)
    typed = {
        "starts_at": f"{day}T00:30",
        "ends_at": f"{day}T03:30",
        "note": "Night",
    }
    client.post(reverse("creators:hours-enter"), typed)
    assert f"{elapsed} in all" in client.get(PAGE).content.decode()
    between = client.post(
        reverse("creators:hours-enter"), typed | {"starts_at": f"{day}T01:30"}
    )
    assert between.status_code == 422, "this time is twice, or never"
