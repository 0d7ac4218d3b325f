"""The plan's page: run, advice and refusals; plain forms first, htmx for parts."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Veto
from creators.models import Account, Creator, WorkLimit, WorkSession
from livestreams.models import (
    CoHost,
    DutyShift,
    Livestream,
    Pin,
    RunItem,
    TeamMember,
)
from livestreams.selectors.paying import list_unpaid
from livestreams.services.pins import place_pin
from livestreams.services.shows import start_livestream
from shopfront.common import clock
from shopfront.models import User
from tests.factories import (
    make_account,
    make_agreement,
    make_creator,
    make_duty,
    make_livestream,
    make_product,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
WEDNESDAY = dt.datetime(2026, 11, 18, 10, tzinfo=dt.UTC)


@pytest.fixture
def show(creator: Creator) -> Livestream:
    """Make a planned show with one product on its shelf."""
    product = make_product(title="Oak stool")
    make_variant(product=product)
    return make_livestream(creator=creator, products=(product,))


@pytest.fixture
def portal(client: Client, creator: Creator) -> Client:
    """Be signed in as the host."""
    client.force_login(creator.user)
    return client


def plan(client: Client, show: Livestream, **facts: str) -> str:
    """Send a form of the run and return the page that follows."""
    address = reverse("creators:run-change", args=[show.public_id])
    response = client.post(address, facts, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def page_of(client: Client, show: Livestream, name: str = "show-detail") -> str:
    response = client.get(reverse(f"creators:{name}", args=[show.public_id]))
    assert response.status_code == 200
    return response.content.decode()


def test_a_run_is_made_without_a_script(portal: Client, show: Livestream) -> None:
    product = show.shelf.get().product.public_id
    page = page_of(portal, show)
    (key,) = re.findall(r'name="key" value="(\w+)"', page)
    first = {"act": "add", "kind": "product", "product": product, "minutes": "20"}
    plan(portal, show, **first, text="It holds 120 kilos", key=key)
    page = plan(portal, show, **first, text="It holds 120 kilos", key=key)
    assert page.count("It holds 120 kilos</p>") == 1
    page = plan(portal, show, act="add", kind="break", minutes="5")
    assert "25 of 60 minutes planned" in page
    stool, pause = show.run.all()
    page = plan(portal, show, act="move", part=pause.public_id, before=stool.public_id)
    assert [row.kind for row in show.run.all()] == ["break", "product"]
    facts = {"act": "change", "part": stool.public_id, "text": "It folds"}
    page = plan(portal, show, **facts, minutes="58", version="1")
    assert "3 minutes longer than the show" in page
    page = plan(portal, show, **facts, minutes="9", version="1")
    assert "changed meanwhile" in page
    for wrong in ("", "x", "-1", "9999999"):
        assert "lasts from 1 to 240" in plan(portal, show, **facts, minutes=wrong)
    plan(portal, show, act="remove", part=pause.public_id)
    assert [row.text for row in show.run.all()] == ["It folds"]


def test_a_run_is_frozen_by_the_start_and_nobody_elses(
    portal: Client, client: Client, show: Livestream
) -> None:
    start_livestream(show)
    page = plan(portal, show, act="add", kind="break", minutes="5")
    assert "so its plan stays as it is" in page
    assert not RunItem.objects.exists()
    foreign = make_livestream(creator=make_creator())
    for name in ("run-change", "plan-advice"):
        address = reverse(f"creators:{name}", args=[foreign.public_id])
        send = portal.post if name == "run-change" else portal.get
        assert send(address).status_code == 404


def test_the_studio_shows_what_comes_next_and_ticks_it_off(
    portal: Client, show: Livestream
) -> None:
    for words in ("Welcome", "Farewell"):
        plan(portal, show, act="add", kind="talk", minutes="5", text=words)
    start_livestream(show)
    welcome = show.run.first()
    assert welcome is not None
    assert "Welcome" in page_of(portal, show, "studio")
    address = reverse("creators:studio-act", args=[show.public_id, "part"])
    response = portal.post(address, {"part": welcome.public_id}, headers=HTMX)
    head = response.content.decode().partition("run-open")[0]
    assert "Farewell" in head
    assert "Welcome" not in head
    portal.post(address, {"part": welcome.public_id, "act": "return"})
    assert RunItem.objects.filter(done_at=None).count() == 2


def test_advice_is_told_while_planning(
    portal: Client, show: Livestream, creator: Creator
) -> None:
    page = page_of(portal, show)
    for code in ("moderator", "sample"):
        assert f'data-advice="{code}"' in page
    assert reverse("creators:sample-list") in page
    other = make_livestream(
        creator=creator, title="Evening", starts_at=show.starts_at + dt.timedelta(1)
    )
    typed = other.starts_at.strftime("%Y-%m-%dT%H:%M")
    address = reverse("creators:plan-advice", args=[show.public_id])
    told = portal.get(address, {"starts_at": typed, "planned_minutes": "30"})
    assert "already at “Evening” then" in told.content.decode()
    assert "already at" not in portal.get(address).content.decode()
    told = portal.get(address, {"starts_at": "when?", "planned_minutes": "much"})
    assert told.status_code == 200


def test_a_plan_without_moderator_is_told_unless_somebody_is_on_duty_then(
    portal: Client, show: Livestream
) -> None:
    def is_told() -> bool:
        return "it cannot go live" in page_of(portal, show)

    assert is_told()
    shift = make_duty(show.market)
    assert not is_told()
    DutyShift.objects.update(ends_at=show.starts_at)
    assert is_told(), "that shift ends as the show begins"
    DutyShift.objects.update(ends_at=shift.ends_at)
    User.objects.filter(pk=shift.user_id).update(is_active=False)
    assert is_told(), "an account that is closed answers no call"
    moderator = CoHost.Duty.MODERATOR
    CoHost.objects.create(livestream=show, user=make_user(), duty=moderator)
    assert not is_told()


@time_machine.travel(WEDNESDAY, tick=False)
def test_a_new_show_is_advised_before_it_is_saved(
    portal: Client, creator: Creator
) -> None:
    make_livestream(creator=creator, title="Lamps")
    new, address = reverse("creators:show-new"), reverse("creators:new-advice")
    page = portal.get(new).content.decode()
    assert f'hx-get="{address}"' in page
    assert "it cannot go live" in page
    assert f'href="{reverse("creators:team")}"' in page
    TeamMember.objects.create(
        creator=creator,
        email="mod@people.example",
        user=make_user(),
        duty=CoHost.Duty.MODERATOR,
        accepted_at=WEDNESDAY,
    )
    assert "Nothing speaks against this time" in portal.get(new).content.decode()
    clash = {"starts_at": "2026-11-18T11:30", "planned_minutes": "30"}
    told = portal.get(address, clash).content.decode()
    assert "already at “Lamps” then" in told
    for wrong in ("", "when?"):
        typed = {"starts_at": wrong, "planned_minutes": "much"}
        told = portal.get(address, typed).content.decode()
        assert "Nothing speaks against this time" in told
    page = portal.post(new, clash).content.decode()
    assert "already at “Lamps” then" in page, "told with the errors of a form"
    WorkLimit.objects.create(
        market=creator.market,
        valid_from=dt.date(2026, 11, 20),
        daily_cap_minutes=45,
    )
    for day, is_told in ((19, False), (20, True)):
        typed = {"starts_at": f"2026-11-{day}T11:00", "planned_minutes": "46"}
        told = portal.get(address, typed).content.decode()
        assert ('data-advice="cap"' in told) is is_told, "the operator's own limit"


@time_machine.travel(WEDNESDAY, tick=False)
def test_hours_worked_and_shows_of_the_week_count_towards_its_cap(
    portal: Client, creator: Creator
) -> None:
    show = make_livestream(creator=creator)
    make_livestream(creator=creator, starts_at=WEDNESDAY + dt.timedelta(days=4))
    make_livestream(creator=creator, starts_at=WEDNESDAY + dt.timedelta(days=5))
    WorkLimit.objects.create(
        market=creator.market,
        valid_from=WEDNESDAY.date() - dt.timedelta(days=30),
        weekly_cap_minutes=180,
    )
    assert 'data-advice="week"' not in page_of(portal, show)
    WorkSession.objects.create(
        user=creator.user,
        market=creator.market,
        kind=WorkSession.Kind.STUDIO,
        starts_at=WEDNESDAY - dt.timedelta(days=2, minutes=61),
        ends_at=WEDNESDAY - dt.timedelta(days=2),
    )
    page = page_of(portal, show)
    assert "3.02 hours of work in that week" in page


def test_goods_that_no_agreement_pays_for_are_told(
    portal: Client, creator: Creator, show: Livestream
) -> None:
    product = show.shelf.get().product
    words = f"No agreement with {product.brand.name}: what sells of it"
    page = page_of(portal, show)
    assert 'data-advice="unpaid"' in page
    assert words in page
    operator = make_account(owner_kind=Account.Owner.OPERATOR)
    show.agreement = make_agreement(creator=creator, payer=operator)
    show.save()
    assert list_unpaid(show, [product.public_id]) == set(), "the operator pays for all"
    show.agreement = None
    show.save()
    begins = show.starts_at + dt.timedelta(hours=1)
    deal = make_agreement(
        creator=creator, payer=product.brand.account, valid_from=begins
    )
    assert list_unpaid(show, [product.public_id]) == {product.public_id}, "too late"
    deal.valid_from = show.starts_at
    deal.save()
    page = page_of(portal, show)
    assert 'data-advice="unpaid"' not in page
    assert words not in page


def test_a_moment_that_no_calendar_holds_is_refused(
    portal: Client, show: Livestream
) -> None:
    """Half a day after the last day of the year 9999 is no moment."""
    new, detail = (
        reverse("creators:show-new"),
        reverse("creators:show-detail", args=[show.public_id]),
    )
    facts = {"title": "Late", "planned_minutes": "720", "language": "en"}
    facts |= {"latency": "low", "audience": "everybody"}
    for typed in ("9999-12-31T23:59", "0001-01-01T00:00", "2200-01-01T00:00"):
        for address in (new, detail):
            sent = portal.post(address, facts | {"starts_at": typed})
            assert "Choose a year from 2000 to 2199" in sent.content.decode()
        for name in ("creators:new-advice", "creators:plan-advice"):
            args = [show.public_id] if name.endswith("plan-advice") else []
            told = portal.get(reverse(name, args=args), facts | {"starts_at": typed})
            assert told.status_code == 200
        hours = {"starts_at": typed, "ends_at": typed, "note": "lamps"}
        sent = portal.post(reverse("creators:hours-enter"), hours, follow=True)
        assert sent.status_code == 422
    assert Livestream.objects.count() == 1


def test_a_longer_plan_costs_no_more_queries(
    portal: Client,
    show: Livestream,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def fill() -> None:
        product = make_product()
        make_variant(product=product)
        show.shelf.create(product=product, position=9)
        show.run.create(kind="product", product=product, minutes=5)
        make_livestream(creator=show.creator)

    fill()
    with django_assert_max_num_queries(45) as few:
        page_of(portal, show)
    for _ in range(3):
        fill()
    with django_assert_max_num_queries(len(few.captured_queries)):
        page_of(portal, show)


def test_a_product_is_refused_on_the_plan_and_taken_back(
    portal: Client, show: Livestream
) -> None:
    product = show.shelf.get().product.public_id
    address = reverse("creators:shelf-change", args=[show.public_id])
    facts = {"product": product, "act": "refuse"}
    response = portal.post(address, facts, headers=HTMX)
    assert "Choose why" in response.content.decode()
    facts |= {"reason": "safety", "words": "It wobbles"}
    response = portal.post(address, facts, headers=HTMX)
    assert response.headers["HX-Trigger"] == '{"planned": true}'
    assert "It may not be safe" in response.content.decode()
    assert 'data-advice="refused"' in page_of(portal, show)
    portal.post(address, {"product": product, "act": "allow"})
    assert not Veto.objects.filter(taken_back_at=None).exists()
    assert "It may not be safe</p>" not in page_of(portal, show)


def test_only_who_is_on_camera_refuses_in_the_studio(
    client: Client, show: Livestream, creator: Creator, staff: object
) -> None:
    start_livestream(show)
    product = show.shelf.get().product
    place_pin(show, product, by=creator.user)
    address = reverse("creators:studio-act", args=[show.public_id, "refuse"])
    facts = {"product": product.public_id, "reason": "quality"}
    moderator, co_host = make_user(), make_user()
    for person, duty in ((moderator, "moderator"), (co_host, "co_host")):
        CoHost.objects.create(livestream=show, user=person, duty=duty)
    client.force_login(moderator)
    assert client.post(address, facts).status_code == 404
    client.force_login(staff)  # type: ignore[arg-type]
    client.post(address, facts)
    assert not Veto.objects.exists()
    client.force_login(co_host)
    page = client.post(address, facts, follow=True).content.decode()
    assert "You will not show it: The quality is not good enough" in page
    assert not Pin.objects.filter(removed_at=None).exists()
    allow = reverse("creators:studio-act", args=[show.public_id, "allow"])
    client.post(allow, facts)
    assert Veto.objects.get().taken_back_at is not None
    assert clock.now() >= Veto.objects.get().at
