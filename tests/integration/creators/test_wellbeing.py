"""How creators fare: true for them, a signal for one person, nothing for the rest."""

import ast
import datetime as dt
from pathlib import Path

import pytest
import time_machine
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Veto
from creators.errors import WelfarePersonChanged
from creators.models import (
    Creator,
    Guarantee,
    LedgerTransaction,
    OvertimePremium,
    Signal,
    WelfareConsent,
    WelfarePerson,
    WorkSession,
)
from creators.selectors.wellbeing import find_consent, list_trusting
from creators.services.wellbeing import share_signal, stop_sharing
from livestreams.models import (
    Category,
    ChatMessage,
    Livestream,
    ModerationAction,
    Shielding,
)
from livestreams.selectors.wellbeing import LONG_WEEK, find_signals, read_weeks
from livestreams.services.attribution import attribute_order
from shopfront.common import clock
from shopfront.models import User
from tests.factories import (
    make_brand_member,
    make_creator,
    make_livestream,
    make_market,
    make_paid_order,
    make_user,
)
from tests.integration.creators.conftest import Stall

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 18, 0, tzinfo=dt.UTC)  # a Friday
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def guardian(creator: Creator) -> User:
    """Name the person who looks after creators."""
    person = make_user(email="mia@people.example", is_staff=True)
    WelfarePerson.objects.create(market=creator.market, user=person, name="Mia Guard")
    return person


def work(creator: Creator, ends_at: dt.datetime, minutes: int) -> Livestream:
    begins_at = ends_at - dt.timedelta(minutes=minutes)
    show = make_livestream(
        creator=creator,
        state=Livestream.State.ENDED,
        started_at=begins_at,
        ended_at=ends_at,
    )
    WorkSession.objects.create(
        user=creator.user,
        market=creator.market,
        kind=WorkSession.Kind.STREAM,
        show_ref=show.public_id,
        starts_at=begins_at,
        ends_at=ends_at,
    )
    return show


def shield(show: Livestream, kind: str, author: User, **facts: str) -> None:
    message = ChatMessage.objects.create(
        livestream=show,
        author=author,
        author_name="Sam",
        text="…",
        state=facts.pop("state", ChatMessage.State.HELD),
    )
    Shielding.objects.create(
        message=message, livestream=show, kind=kind, sureness=90, at=NOW, **facts
    )


def act(show: Livestream, kind: str, category: str) -> ModerationAction:
    return ModerationAction.objects.create(
        livestream=show, kind=kind, category=category, reason="…", created_at=NOW
    )


def read(client: Client, creator: Creator) -> str:
    client.force_login(creator.user)
    answer = client.get(reverse("creators:wellbeing"))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    return answer.content.decode()


def test_a_week_has_its_hours_pay_abuse_and_refusals(
    stall: Stall, creator: Creator, shopper: User
) -> None:
    kinds, acts = Shielding.Kind, ModerationAction.Kind
    show = work(creator, NOW, 120)
    work(creator, NOW - dt.timedelta(days=5), 30)
    work(creator, NOW - dt.timedelta(days=100), 600)
    work(make_creator(), NOW, 600)
    Livestream.objects.filter(pk=stall.show.pk).update(ended_at=NOW)
    order = make_paid_order(stall.variant, quantity=4, source_ref=stall.source_ref)
    attribute_order(order.public_id)
    shield(show, kinds.REMARK, shopper)
    shield(show, kinds.REMARK, shopper, state=ChatMessage.State.VISIBLE)
    shield(show, kinds.COMPLAINT, shopper)
    shield(show, kinds.COMPLAINT, shopper, answer=Shielding.Answer.ROOM)
    shield(show, kinds.QUALITY, shopper)
    act(show, acts.REMOVE, Category.INSULT)
    act(show, acts.REMOVE, Category.SPAM)
    Veto.objects.create(
        creator=creator,
        product=stall.variant.product,
        show_ref=show.public_id,
        show_title=show.title,
        reason=Veto.Reason.QUALITY,
        by=creator.user,
        at=NOW,
    )
    *_, before, this = read_weeks(creator, NOW)
    assert this.monday == dt.date(2026, 11, 16)
    assert (before.minutes, this.minutes) == (30, 120)
    assert (this.pay.minor, before.pay.minor) == (1000, 0)
    assert (this.met, this.shielded, this.refusals) == (2, 2, 1)
    assert this.per_hour is not None
    assert this.per_hour.minor == 500


def test_a_show_with_a_guarantee_counts_as_it_was_paid(
    stall: Stall, creator: Creator
) -> None:
    show = work(creator, NOW, 60)
    guarantee = Guarantee.objects.create(
        state=Guarantee.State.EARNED,
        due_minor=2500,
        due_on=NOW.date(),
        posting=LedgerTransaction.objects.create(kind="guarantee"),
        agreement=stall.agreement,
        creator=creator,
        show_ref=show.public_id,
        title=show.title,
        currency="GBP",
        amount_minor=2000,
        work_minutes=60,
        starts_at=NOW,
    )
    OvertimePremium.objects.create(
        guarantee=guarantee,
        minutes=10,
        hour_minor=1800,
        premium_bps=10_000,
        amount_minor=300,
        rule_version="work-GB-20261101",
    )
    assert read_weeks(creator, NOW)[-1].minutes == 60
    assert read_weeks(creator, NOW)[-1].pay.minor == 2800


def test_a_week_begins_on_the_markets_own_monday(creator: Creator) -> None:
    berlin = make_creator(user=make_user(market=make_market("DE")))
    sunday_in_london = dt.datetime(2026, 11, 15, 23, 30, tzinfo=dt.UTC)
    for one in (creator, berlin):
        work(one, sunday_in_london, 60)
    assert read_weeks(creator, NOW)[-2].minutes == 60
    assert [week.minutes for week in read_weeks(berlin, NOW)[-2:]] == [30, 30]


def test_signals_tell_long_weeks_low_pay_and_abuse_and_nothing_else(
    creator: Creator, shopper: User
) -> None:
    assert find_signals(creator, read_weeks(creator, NOW), NOW) == ()
    for days in (0, 7):
        show = work(creator, NOW - dt.timedelta(days=days), LONG_WEEK + 1)
    for _ in range(5):
        act(show, ModerationAction.Kind.MUTE, Category.INSULT)
    assert find_signals(creator, read_weeks(creator, NOW), NOW) == tuple(Signal)


def test_the_page_is_the_creators_own(
    client: Client, creator: Creator, stranger: User, staff: User, guardian: User
) -> None:
    assert "your weeks appear here" in read(client, creator)
    with time_machine.travel(NOW, tick=False):
        work(creator, NOW, 90)
        page = read(client, creator)
    assert "1:30" in page
    assert 'class="room-plot__shown"' in page
    assert "1:30" not in read(client, make_creator())
    for person in (stranger, staff, guardian):
        client.force_login(person)
        assert client.get(reverse("creators:wellbeing")).status_code == 403


def test_nobody_sees_a_signal_until_the_creator_switches_it_on(
    client: Client, creator: Creator, guardian: User
) -> None:
    page, desk = read(client, creator), reverse("creators:welfare")
    assert "Mia Guard looks after creators here" in page
    client.force_login(guardian)
    page = client.get(desk).content.decode()
    assert creator.display_name not in page
    assert "/creator/earnings/" not in page, "no pages that are for creators"
    client.force_login(creator.user)
    share = reverse("creators:wellbeing-share")
    for _ in range(2):
        client.post(share, {"shared": "1", "person": guardian.public_id})
    assert WelfareConsent.objects.count() == 1
    assert "On for Mia Guard" in read(client, creator)
    client.force_login(guardian)
    listed = client.get(desk).content.decode()
    assert f"Write to {creator.display_name}" in listed
    assert "Nothing to ask about" in listed
    client.force_login(creator.user)
    client.post(share, {"shared": "0"})
    client.force_login(guardian)
    assert "Nobody has switched the signal on" in client.get(desk).content.decode()


def test_consent_names_a_person_and_does_not_pass_to_the_next(
    creator: Creator, guardian: User
) -> None:
    share_signal(creator, with_person=guardian.public_id)
    assert list_trusting(guardian) == [creator]
    WelfarePerson.objects.update(until=clock.now())
    other = make_user()
    WelfarePerson.objects.create(market=creator.market, user=other, name="Noa")
    assert find_consent(creator) is None
    assert list_trusting(other) == list_trusting(guardian) == []
    with pytest.raises(WelfarePersonChanged):
        share_signal(creator, with_person=guardian.public_id)
    share_signal(creator, with_person=other.public_id)
    assert list_trusting(other) == [creator]
    stop_sharing(creator)
    assert list_trusting(other) == []


def test_a_person_of_another_market_sees_nobody(
    creator: Creator, guardian: User
) -> None:
    share_signal(creator, with_person=guardian.public_id)
    WelfarePerson.objects.update(market=make_market("DE"))
    assert list_trusting(guardian) == []


def test_nobody_else_finds_the_desk_nor_the_consents(
    client: Client, creator: Creator, stranger: User, staff: User, guardian: User
) -> None:
    share_signal(creator, with_person=guardian.public_id)
    for person in (stranger, staff, creator.user, make_brand_member().user):
        client.force_login(person)
        assert client.get(reverse("creators:welfare")).status_code == 404
    client.logout()
    assert client.get(reverse("creators:welfare")).status_code == 302
    assert not admin.site.is_registered(WelfareConsent)


def test_no_list_pay_or_brand_page_reads_how_creators_fare() -> None:
    allowed = {"creators/portal/wellbeing.py", "creators/portal/week_bars.py"}
    found = {
        str(path.relative_to(ROOT))
        for app in ("shopfront", "creators", "catalog", "orders", "livestreams")
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and node.module == "livestreams.selectors.wellbeing"
    }
    assert found == allowed


def test_more_weeks_cost_no_more_queries(
    client: Client, creator: Creator, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(creator.user)
    work(creator, clock.now(), 60)
    with django_assert_num_queries(QUERIES):
        read(client, creator)
    for days in range(20):
        work(creator, clock.now() - dt.timedelta(days=days), 60)
    with django_assert_num_queries(QUERIES):
        read(client, creator)


QUERIES = 19
"""However many shows, signing in included."""
