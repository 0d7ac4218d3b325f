"""The transparency report: every kind counted, nobody named, one truth for all (S5)."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from catalog.models import Product, ProductReport
from catalog.services.product_appeals import appeal_withdrawal, grant_product_appeal
from catalog.services.product_decisions import clear_reported, withdraw_reported
from catalog.services.product_reports import report_product
from catalog.services.products import withdraw_product
from catalog.services.report_appeals import appeal_report, refuse_report_appeal
from catalog.services.stock import holder_of
from creators.models import Creator
from livestreams.access.transparency import Period
from livestreams.models import (
    Category,
    ChatMessage,
    CoHost,
    GoodsAlert,
    Livestream,
    ModerationAction,
    Question,
    Report,
    Shielding,
    WordList,
)
from livestreams.selectors.transparency import (
    APPEALS,
    FEW,
    UNSAID,
    TransparencyReport,
    Value,
    count_report,
)
from livestreams.services import (
    appeals,
    chat,
    erasure,
    goods_alerts,
    moderation,
    questions,
    removals,
    reporter_appeals,
    reports,
    sanctions,
    shield_mode,
    shieldings,
    sweeps,
    veil_decisions,
    veils,
)
from livestreams.services.shows import (
    end_livestream,
    pause_livestream,
    start_livestream,
)
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import people
from tests.factories import (
    make_brand_member,
    make_livestream,
    make_market,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db
MARCH = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
COMPLAINT = "where is my parcel, it has been three weeks and nobody answers"
DANGER = "the charger caught fire last night"
REMARK = "you look so fat in that dress"
Traveller = time_machine.Traveller


@pytest.fixture(autouse=True)
def traveller() -> Iterator[Traveller]:
    """Begin in March, at a standstill."""
    with time_machine.travel(MARCH, tick=False) as moved:
        yield moved


@pytest.fixture
def moderator(show: Livestream) -> User:
    """Make somebody who moderates the show."""
    person = make_user(email="mod@people.example")
    duty = CoHost.Duty.MODERATOR
    CoHost.objects.create(livestream=show, user=person, duty=duty)
    return person


def say(show: Livestream, person: User, text: str = "Hello") -> ChatMessage:
    return chat.post_message(
        chat.NewMessage(
            livestream=show.public_id,
            person=person.public_id,
            badges=(),
            text=text,
        )
    )


def period(half: int = 1, year: int = 2026) -> Period:
    return Period(make_market(), year, half)


def count(half: int = 1, year: int = 2026) -> TransparencyReport:
    return count_report(period(half, year))


def report_goods(product: Product, person: User) -> ProductReport:
    return report_product(
        product,
        holder=holder_of(person, ""),
        reporter=person,
        reason="danger",
        words="It burns.",
        language="en-gb",
    )


def reread(report: ProductReport) -> ProductReport:
    return ProductReport.objects.select_related("case").get(pk=report.pk)


def values(report: TransparencyReport, table: str, row: str) -> dict[str, Value]:
    found = report.get_table(table)
    (own,) = [one for one in found.rows if one.code == row]
    return dict(zip(found.columns, own.values, strict=True))


def test_notices_of_lines_and_shows_count_by_reason_with_what_became_of_them(
    show: Livestream, moderator: User, staff: User, traveller: Traveller
) -> None:
    lines = [say(show, make_user()) for _ in range(12)]
    told = [
        reports.report_message(line, reporter=make_user(), reason=Category.INSULT)
        for line in lines
    ]
    reports.report_message(
        lines[0], reporter=make_user(), reason="nonsense of a client"
    )
    for _ in range(4):
        reports.report_livestream(
            show, reporter=make_user(), reason=Category.FRAUD, words="It is a trap: go"
        )
    traveller.shift(2 * HOUR)
    for one in told[:5]:
        moderation.decide_report(one, Report.State.UPHELD, by=moderator, reason="Rude")
    traveller.shift(4 * HOUR)
    for one in told[5:10]:
        moderation.decide_report(
            one, Report.State.DISMISSED, by=moderator, reason="It is fine"
        )
    report = count()
    assert values(report, "notices_message", "insult") == {
        "all": 12,
        "acted": UNSAID,
        "refused": 5,
        "open": FEW,
        "hours": 4.0,
    }
    assert values(report, "notices_message", "other")["all"] == FEW
    assert values(report, "notices_show", "fraud") == {
        "all": FEW,
        "acted": "",
        "refused": "",
        "open": "",
        "hours": "",
    }
    # What a notice asked for is no act without a notice.
    assert values(report, "acts", "remove")["all"] == 0
    assert values(report, "months", "2026-03")["notices"] == 17


def test_acts_without_a_notice_count_by_kind_ground_and_who_acted(
    show: Livestream, moderator: User, creator: Creator
) -> None:
    lines = [say(show, make_user(), f"Line {one}") for one in range(7)]
    for line in lines:
        chat.remove_message(line, by=moderator, reason="Rude")
    for action in ModerationAction.objects.all()[:6]:
        removals.undo_action(action, by=creator.user, reason="Sorry")
    for _ in range(6):
        removals.remove_phrase(show, "cheap watches", by=moderator)
    muted, later = make_user(), clock.now() + HOUR
    for person in (muted, *(make_user() for _ in range(5))):
        sanctions.mute_person(
            show, person, by=moderator, reason="Rude", until=later, category="insult"
        )
    # A longer one takes its place: nobody took the first one back.
    sanctions.mute_person(show, muted, by=moderator, reason="Rude", category="insult")
    for _ in range(5):
        sanctions.ban_person(
            show, make_user(), by=moderator, reason="Spam", category="spam"
        )
        sanctions.mute_person(show, make_user(), by=None, reason="said:muted_day")
        raised = shield_mode.raise_shield(show, by=moderator)
        removals.undo_action(raised, by=moderator, reason="Calm again")
    report = count()
    kinds = ("remove", "phrase", "mute", "ban", "shield")
    assert {kind: values(report, "acts", kind) for kind in kinds} == {
        "remove": {"all": 7, "person": 7, "rule": 0, "undone": 6},
        "phrase": {"all": 6, "person": 6, "rule": 0, "undone": 0},
        "mute": {"all": 12, "person": 7, "rule": 5, "undone": 0},
        "ban": {"all": 5, "person": 5, "rule": 0, "undone": 0},
        "shield": {"all": 5, "person": 5, "rule": 0, "undone": 0},
    }
    parts = {"removed": 0, "muted": 0, "banned": 0, "undone": 0}
    assert {
        row.code: values(report, "grounds", row.code)
        for row in report.get_table("grounds").rows
        if row.values[0]
    } == {
        "insult": parts | {"all": 7, "muted": 7},
        "spam": parts | {"all": 5, "banned": 5},
        "other": parts | {"all": 13, "removed": 13, "undone": 6},
        "rule_repeats": parts | {"all": 5, "muted": 5},
    }


def test_acts_on_shows_goods_questions_and_accounts_count(
    show: Livestream, moderator: User, creator: Creator, staff: User
) -> None:
    hosting = make_user()
    for one in range(6):
        on_air = start_livestream(make_livestream(creator=creator))
        pause_livestream(on_air, by=staff, why="slate")
        end_livestream(on_air, by=staff, reason="Unsafe goods")
        # Hosts who cover and end their own shows do not moderate.
        own = start_livestream(make_livestream(creator=creator))
        CoHost.objects.create(livestream=own, user=hosting, duty="co_host")
        pause_livestream(own, by=hosting)
        end_livestream(own, by=creator.user)
        variant = make_variant()
        withdraw_product(variant.product, by=staff, reason="Counterfeit")
        alert = GoodsAlert.objects.create(
            variant=variant, livestream=on_air, cases_count=3
        )
        goods_alerts.unpin_goods(alert, by=staff)
        asked = Question.objects.create(
            livestream=on_air, asker=make_user(), text=f"Why {one}?"
        )
        questions.dismiss_question(asked, by=moderator, reason="Rude")
        people.close_account(make_user(), by=staff, reason="Fraud")
    report = count()
    by_person = {"all": 6, "person": 6, "rule": 0, "undone": 0}
    kinds = ("slate", "end", "product", "unpin", "dismiss", "account")
    found = {kind: values(report, "acts", kind) for kind in kinds}
    assert found == dict.fromkeys(kinds, by_person)
    assert values(report, "months", "2026-03")["acts"] == 36


def test_rules_are_measured_by_what_was_let_through_or_taken_back(
    show: Livestream, moderator: User
) -> None:
    WordList.objects.create(language="en", severity="hold", words=["watches"])
    held = [say(show, make_user(), "Cheap watches") for _ in range(12)]
    for one in held[:5]:
        moderation.look_again(one.pk)
    for one in held[5:7]:
        chat.release_message(one, by=moderator, reason="About a watch")
    for one in held[7:10]:
        chat.remove_message(one, by=moderator, reason="Spam")
    author = held[11].author
    for _ in range(2):
        chat.remove_message(say(show, author, "Hi"), by=moderator, reason="Spam")
    moderation.look_again(held[11].pk)
    flooded = [say(show, make_user(), "Have a look at our place") for _ in range(5)]
    assert sweeps.hold_floods() == len(flooded)
    flood = ModerationAction.objects.get(kind="flood")
    removals.undo_action(flood, by=moderator, reason="A happy crowd")
    report = count()
    # 12 by words and 5 by the flood; a second look removed one more by itself.
    assert values(report, "languages", "en") == {
        "all": 18,
        "held": UNSAID,
        "done": FEW,
        "let_through": 7,
        "undone": FEW,
        "error_percent": "",
    }
    rule = {"all": 17, "person": 0, "rule": 17, "undone": 7}
    assert values(report, "acts", "held") == rule
    for _ in range(5):
        sanction = sanctions.mute_person(
            show, make_user(), by=None, reason="said:muted_day"
        )
        sanctions.lift_sanction(sanction, by=moderator, reason="Too hard")
    # 7 lines, 5 mutes and the flood of 23 decisions did not stand.
    rate = values(count(), "languages", "en")
    assert (rate["all"], rate["undone"], rate["error_percent"]) == (23, 6, 56.5)


def test_shieldings_count_by_class_and_choice(
    show: Livestream, moderator: User
) -> None:
    offered = [say(show, make_user(), COMPLAINT) for _ in range(17)]
    for line in offered[:6]:
        shieldings.open_private_case(line)
    for line in offered[6:11]:
        shieldings.say_in_room(line)
    for _ in range(5):
        say(show, make_user(), DANGER)
    remarks = [say(show, make_user(), REMARK) for _ in range(11)]
    for line in remarks[:5]:
        chat.release_message(line, by=moderator, reason="A kind remark")
    report = count()
    assert [values(report, "shieldings", kind) for kind in Shielding.Kind.values] == [
        {"all": 17, "case": 6, "room": 5, "no_choice": 6, "let_through": 0},
        {"all": 0, "case": 0, "room": 0, "no_choice": 0, "let_through": 0},
        {"all": 5, "case": 0, "room": 0, "no_choice": 5, "let_through": 0},
        {"all": 11, "case": 0, "room": 0, "no_choice": 11, "let_through": 5},
    ]
    assert values(report, "months", "2026-03")["shielded"] == 33


def test_erasing_changes_no_number(
    show: Livestream, moderator: User, creator: Creator
) -> None:
    WordList.objects.create(language="en", severity="hold", words=["watches"])
    authors = [make_user() for _ in range(6)]
    for author in authors:
        released, removed = (say(show, author, "Cheap watches") for _ in range(2))
        chat.release_message(released, by=moderator, reason="About a watch")
        chat.remove_message(removed, by=moderator, reason="Spam")
        reported = say(show, author)
        told = reports.report_message(reported, reporter=make_user(), reason="spam")
        moderation.decide_report(told, Report.State.UPHELD, by=moderator, reason="No")
        say(show, author, REMARK)
        dismissed, handed, answered = (
            Question.objects.create(livestream=show, asker=author, text="Why?")
            for _ in range(3)
        )
        questions.dismiss_question(dismissed, by=moderator, reason="Rude")
        questions.hand_question(handed, by=moderator)
        questions.answer_question(answered, by=creator.user)
    before = count()
    assert values(before, "acts", "dismiss")["all"] == 6
    assert values(before, "acts", "held")["undone"] == 6
    for author in authors:
        assert erasure.erase_chat(author, by=author) > 0
    assert not ChatMessage.objects.exclude(text="").exists()
    assert count() == before


def test_pictures_and_products_count_where_they_are_seen(
    creator: Creator, portrait: str, staff: User, traveller: Traveller
) -> None:
    other = make_user(is_staff=True, is_superuser=True)
    told = [veils.report_portrait(creator, reporter=make_user()) for _ in range(5)]
    picture = told[0].picture
    veil_decisions.decide_picture(picture, is_offensive=True, by=staff, reason="Cruel")
    claimed = veil_decisions.appeal_picture(
        picture, person=creator.user, text="It is art"
    )
    veil_decisions.refuse_picture_appeal(claimed, by=other, answer="It is not")
    for _ in range(5):
        product = make_variant().product
        case = report_goods(product, make_user()).case
        withdraw_reported(case, ground="law", by=staff, reason="Unsafe")
        case.refresh_from_db()
        brand = make_brand_member(brand=product.brand).user
        claim = appeal_withdrawal(case, person=brand, text="It is safe")
        traveller.shift(2 * HOUR)
        grant_product_appeal(claim, by=other, answer="It is")
        fine = report_goods(make_variant().product, make_user())
        clear_reported(fine.case, by=staff, reason="It is fine")
        asked = appeal_report(reread(fine), text="It burns")
        traveller.shift(HOUR)
        refuse_report_appeal(asked, by=other, answer="It does not")
    report = count()
    assert values(report, "notices_picture", "portrait")["acted"] == 5
    danger = values(report, "notices_product", "danger")
    assert (danger["all"], danger["acted"], danger["refused"]) == (10, 0, 10)
    assert danger["hours"] == 1.0
    appealed = {one: values(report, "appeals", one)["all"] for one in APPEALS}
    # The picture's one is unsaid, and so is another that would give it away.
    assert appealed == {"room": 0, "picture": FEW, "product": UNSAID, "reporter": 5} | {
        "room-reporter": 0
    }
    asked_again = values(report, "appeals", "reporter")
    assert (asked_again["upheld"], asked_again["hours"]) == (5, 1.0)
    # A withdrawal that followed a notice is not counted twice.
    assert values(report, "acts", "product")["all"] == 0
    germany = count_report(Period(make_market("DE"), 2026, 1))
    assert all(table.is_empty for table in germany.tables)


def test_appeals_of_who_reported_a_show_in_vain_count(
    show: Livestream, moderator: User, staff: User, traveller: Traveller
) -> None:
    claims = []
    for _ in range(11):
        told = reports.report_livestream(show, reporter=make_user(), reason="spam")
        stands = Report.State.DISMISSED
        moderation.decide_report(told, stands, by=moderator, reason="It is none")
        claims.append(reporter_appeals.appeal_report(told, text="It is"))
    traveller.shift(HOUR)
    for claim in claims[:6]:
        reporter_appeals.refuse_appeal(claim, by=staff, answer="It is not")
    assert values(count(), "appeals", "room-reporter") == {
        "all": 11,
        "upheld": 6,
        "reversed": 0,
        "open": 5,
        "hours": 1.0,
    }


def test_appeals_against_acts_in_rooms_count(
    show: Livestream, moderator: User, staff: User, traveller: Traveller
) -> None:
    claims = []
    for _ in range(17):
        person = make_user()
        sanction = sanctions.mute_person(show, person, by=moderator, reason="Rude")
        assert sanction.action is not None
        claims.append(appeals.open_appeal(sanction.action, person=person, text="No"))
    traveller.shift(HOUR / 2)
    for claim in claims[:6]:
        removals.grant_appeal(claim, by=staff, answer="Yes")
    for claim in claims[6:12]:
        appeals.refuse_appeal(claim, by=staff, answer="Rude it was")
    assert values(count(), "appeals", "room") == {
        "all": 17,
        "upheld": 6,
        "reversed": 6,
        "open": 5,
        "hours": 0.5,
    }
