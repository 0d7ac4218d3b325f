"""Reported products: withdrawn or let stand with a reason, appealed, put back (S5)."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.errors.reported_goods import (
    GoodsAppealDecided,
    GoodsAppealedBefore,
    GoodsAppealEmpty,
    GoodsAppealTooLate,
    GoodsNotWithdrawn,
    GoodsReportDecided,
    OwnGoods,
    OwnGoodsDecision,
)
from catalog.models import Product, ProductAppeal, ReportedProduct
from catalog.services.product_appeals import (
    appeal_withdrawal,
    grant_product_appeal,
    refuse_product_appeal,
)
from catalog.services.product_decisions import (
    clear_reported,
    put_back,
    withdraw_reported,
)
from catalog.services.product_reports import report_product
from catalog.services.products import offer_product, withdraw_product
from catalog.services.stock import holder_of
from livestreams.models import Livestream, Pin
from livestreams.services.pins import place_pin
from livestreams.tasks import remind_appeals_task
from shopfront.common import clock
from shopfront.models import Audit, User
from shopfront.services import outbox
from shopfront.services.people import give_role
from shopfront.services.roles import MODERATORS, STAFF
from tests.factories import (
    make_brand_member,
    make_livestream,
    make_product,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db
State, Ground = ReportedProduct.State, ReportedProduct.Ground


@pytest.fixture
def other_staff() -> User:
    """Make a second person who may decide."""
    return make_user(email="second@people.example", is_staff=True, is_superuser=True)


@pytest.fixture
def seller() -> User:
    """Make a person who acts for the brand."""
    return make_user(email="one@brand.example")


@pytest.fixture
def product(seller: User) -> Product:
    """Make a product of a brand with two people."""
    product = make_variant().product
    make_brand_member(brand=product.brand, user=seller)
    two = make_user(email="two@brand.example")
    make_brand_member(brand=product.brand, user=two)
    return product


@pytest.fixture
def case(product: Product, shopper: User) -> ReportedProduct:
    """Have a product reported."""
    return report(product, shopper)


@pytest.fixture
def withdrawn(case: ReportedProduct, staff: User) -> ReportedProduct:
    """Have it withdrawn from sale."""
    withdraw_reported(case, ground=Ground.LAW, by=staff, reason="It burns.")
    case.refresh_from_db()
    return case


def report(
    product: Product, user: User, reason: str = "danger", words: str = "It burns."
) -> ReportedProduct:
    return report_product(
        product,
        holder=holder_of(user, ""),
        reporter=user,
        reason=reason,
        words=words,
        language=user.language,
    ).case


def read_letters() -> dict[str, str]:
    """Carry the outbox; return what each person was written."""
    mail.outbox.clear()
    outbox.relay()
    return {one.to[0]: str(one.body) for one in mail.outbox if one.to}


def test_a_withdrawn_product_leaves_shop_and_screens_and_all_learn_why(
    client: Client,
    case: ReportedProduct,
    product: Product,
    shopper: User,
    staff: User,
) -> None:
    show = make_livestream(state=Livestream.State.LIVE, products=(product,))
    pin = place_pin(show, product, by=show.creator.user)
    withdraw_reported(case, ground=Ground.LAW, by=staff, reason="It burns.")
    product.refresh_from_db()
    assert product.state == Product.State.WITHDRAWN
    assert client.get(product.get_absolute_url()).status_code == 404
    told = read_letters()
    pin.refresh_from_db()
    assert pin.removed_at is not None
    assert not Pin.objects.showing(product.pk).exists()
    assert set(told) == {shopper.email, "one@brand.example", "two@brand.example"}
    assert all("It burns." in body for body in told.values())
    assert "withdrawn from sale" in told[shopper.email]
    to_brand = told["one@brand.example"]
    assert "It is against the law" in to_brand
    assert "six months" in to_brand
    assert "/accounts/moderation/" in to_brand
    assert shopper.email not in to_brand
    audit = Audit.objects.get(action="catalog.reported_product_withdrawn")
    assert (audit.actor, audit.reason) == (staff, "It burns.")
    with pytest.raises(GoodsReportDecided):
        clear_reported(case, by=staff, reason="No")
    with pytest.raises(GoodsReportDecided):
        withdraw_reported(case, ground=Ground.LAW, by=staff, reason="No")


def test_what_is_let_stand_is_told_to_who_reported_it_alone(
    case: ReportedProduct, product: Product, shopper: User, staff: User
) -> None:
    clear_reported(case, by=staff, reason="It does not burn.")
    product.refresh_from_db()
    assert product.state == Product.State.ACTIVE
    told = read_letters()
    assert set(told) == {shopper.email}
    assert "let it stand" in told[shopper.email]
    with pytest.raises(GoodsNotWithdrawn):
        put_back(case, by=staff, reason="No")


def test_a_granted_appeal_puts_the_product_back_in_one_step(
    client: Client,
    withdrawn: ReportedProduct,
    product: Product,
    seller: User,
    shopper: User,
    other_staff: User,
) -> None:
    client.force_login(seller)
    own = reverse("livestreams:decisions")
    page = client.get(own).text
    assert "It is against the law. It burns." in " ".join(page.split())
    assert "You may appeal until" in page
    address = reverse("livestreams:goods-appeal", args=[withdrawn.public_id])
    client.post(address, {"text": " It is  cold. "})
    appeal = ProductAppeal.objects.get()
    assert (appeal.text, appeal.person) == ("It is cold.", seller)
    assert "Your appeal" in client.get(own).text
    read_letters()
    grant_product_appeal(appeal, by=other_staff, answer="Cold indeed.")
    product.refresh_from_db()
    withdrawn.refresh_from_db()
    appeal.refresh_from_db()
    assert product.state == Product.State.ACTIVE
    assert (withdrawn.state, withdrawn.ground) == (State.FINE, "")
    assert (appeal.state, appeal.decided_by) == ("granted", other_staff)
    assert client.get(product.get_absolute_url()).status_code == 200
    assert "Stays on sale" in client.get(own).text
    told = read_letters()
    assert set(told) == {shopper.email, "one@brand.example", "two@brand.example"}
    assert all("Cold indeed." in body for body in told.values())
    with pytest.raises(GoodsAppealDecided):
        grant_product_appeal(appeal, by=other_staff, answer="Again")
    with pytest.raises(GoodsNotWithdrawn):
        put_back(withdrawn, by=other_staff, reason="Again")


def test_a_refused_appeal_leaves_it_off_sale_and_says_why(
    withdrawn: ReportedProduct, product: Product, seller: User, other_staff: User
) -> None:
    appeal = appeal_withdrawal(withdrawn, person=seller, text="It is cold.")
    read_letters()
    refuse_product_appeal(appeal, by=other_staff, answer="It is not.")
    product.refresh_from_db()
    assert product.state == Product.State.WITHDRAWN
    told = read_letters()
    assert "It is not." in told[seller.email]
    with pytest.raises(GoodsAppealDecided):
        refuse_product_appeal(appeal, by=other_staff, answer="Again")
    with pytest.raises(GoodsAppealedBefore):
        appeal_withdrawal(withdrawn, person=seller, text="But")


def test_nobody_decides_in_their_own_matter(
    case: ReportedProduct, product: Product, seller: User, staff: User
) -> None:
    with pytest.raises(OwnGoods):
        clear_reported(case, by=seller, reason="Mine")
    with pytest.raises(OwnGoods):
        withdraw_reported(case, ground=Ground.TERMS, by=seller, reason="Mine")
    withdraw_reported(case, ground=Ground.TERMS, by=staff, reason="It burns.")
    appeal = appeal_withdrawal(case, person=seller, text="It is cold.")
    for act in (grant_product_appeal, refuse_product_appeal):
        for by in (staff, seller):
            with pytest.raises(OwnGoodsDecision):
                act(appeal, by=by, answer="Mine")
        with pytest.raises(OwnGoods):
            act(appeal, by=product.brand.members.last().user, answer="Mine")  # type: ignore[union-attr]
    with pytest.raises(OwnGoods):
        put_back(case, by=seller, reason="Mine")


def test_an_appeal_needs_words_time_and_the_brand(
    client: Client, withdrawn: ReportedProduct, seller: User, stranger: User
) -> None:
    address = reverse("livestreams:goods-appeal", args=[withdrawn.public_id])
    assert "/accounts/login/" in client.post(address, {"text": "x"})["Location"]
    client.force_login(stranger)
    assert client.post(address, {"text": "Mine"}).status_code == 404
    unknown = reverse("livestreams:goods-appeal", args=["nobody"])
    assert client.post(unknown, {"text": "Mine"}).status_code == 404
    assert "Products of your brand" not in client.get("/accounts/moderation/").text
    with pytest.raises(GoodsAppealEmpty):
        appeal_withdrawal(withdrawn, person=seller, text=" \n\x00 ")
    late = clock.now() + dt.timedelta(days=184)
    with time_machine.travel(late, tick=False), pytest.raises(GoodsAppealTooLate):
        appeal_withdrawal(withdrawn, person=seller, text="It is cold.")
    put_back(withdrawn, by=stranger, reason="Seen")
    with pytest.raises(GoodsNotWithdrawn):
        appeal_withdrawal(withdrawn, person=seller, text="It is cold.")


@pytest.mark.parametrize("state", [Product.State.WITHDRAWN, Product.State.DRAFT])
def test_what_was_off_sale_before_goes_back_to_what_it_was(
    case: ReportedProduct, product: Product, staff: User, state: Product.State
) -> None:
    Product.objects.filter(pk=product.pk).update(state=state)
    withdraw_reported(case, ground=Ground.LAW, by=staff, reason="It burns.")
    case.refresh_from_db()
    put_back(case, by=staff, reason="Wrong")
    product.refresh_from_db()
    assert product.state == state


def test_what_somebody_decided_since_stays(
    withdrawn: ReportedProduct, product: Product, staff: User
) -> None:
    product.refresh_from_db()
    offer_product(product, by=staff, reason="A better batch")
    withdraw_product(product, by=staff, reason="A recall")
    put_back(withdrawn, by=staff, reason="Wrong")
    product.refresh_from_db()
    assert product.state == Product.State.WITHDRAWN
    withdrawn.refresh_from_db()
    assert withdrawn.state == State.FINE


def test_putting_back_grants_the_open_appeal(
    withdrawn: ReportedProduct, seller: User, staff: User
) -> None:
    appeal = appeal_withdrawal(withdrawn, person=seller, text="It is cold.")
    put_back(withdrawn, by=staff, reason="I was wrong")
    appeal.refresh_from_db()
    assert (appeal.state, appeal.answer) == ("granted", "I was wrong")


def test_a_closed_account_is_written_nothing(
    case: ReportedProduct, shopper: User, staff: User
) -> None:
    User.objects.filter(pk=shopper.pk).update(is_active=False)
    clear_reported(case, by=staff, reason="Fine")
    assert read_letters() == {}


def test_staff_are_reminded_once_of_an_appeal_that_is_due(
    withdrawn: ReportedProduct, seller: User, other_staff: User
) -> None:
    appeal_withdrawal(withdrawn, person=seller, text="It is cold.")
    assert remind_appeals_task() == 0
    read_letters()
    with time_machine.travel(clock.now() + dt.timedelta(days=6), tick=False):
        assert remind_appeals_task() == 1
        assert "It is cold." in read_letters()[other_staff.email]
        assert remind_appeals_task() == 1
        assert read_letters() == {}


def test_staff_decide_at_their_desk_beside_what_was_said(
    client: Client,
    case: ReportedProduct,
    product: Product,
    seller: User,
    stranger: User,
    staff: User,
    other_staff: User,
) -> None:
    report(product, stranger, "misleading", "No fire class.")
    client.force_login(staff)
    rows = reverse("admin:catalog_reportedproduct_changelist")
    listed = client.get(rows).text
    assert "It is dangerous: 1, Its description or price is misleading: 1" in listed
    desk = client.get(reverse("admin:catalog_reportedproduct_change", args=[case.pk]))
    assert "No fire class." in desk.text
    assert f'href="{product.get_absolute_url()}"' in desk.text
    assert "Reported products" in client.get("/admin/").text
    chosen = {"action": "withdraw", "_selected_action": case.pk, "decided": "1"}
    client.post(rows, chosen | {"reason": "No ground"})
    case.refresh_from_db()
    assert case.state == State.OPEN
    client.post(rows, chosen | {"reason": "Flammable", "ground": "law"})
    case.refresh_from_db()
    assert (case.state, case.decided_by, case.ground) == ("withdrawn", staff, "law")
    appeal = appeal_withdrawal(case, person=seller, text="It is cold.")
    queue = reverse("admin:catalog_productappeal_changelist")
    chosen = {"action": "grant", "_selected_action": appeal.pk, "decided": "1"}
    client.post(queue, chosen | {"reason": "Mine"})
    appeal.refresh_from_db()
    assert appeal.state == "open"
    client.force_login(other_staff)
    beside = reverse("admin:catalog_reportedproduct_change", args=[case.pk])
    assert "It is cold." in client.get(beside).text
    assert client.get(beside).text.count("Waits for a decision") > 0
    page = reverse("admin:catalog_productappeal_change", args=[appeal.pk])
    assert "Flammable" in client.get(page).text
    client.post(queue, chosen | {"reason": "Cold indeed"})
    product.refresh_from_db()
    assert product.state == Product.State.ACTIVE


def test_moderators_look_and_staff_decide(
    client: Client, case: ReportedProduct, staff: User
) -> None:
    rows = reverse("admin:catalog_reportedproduct_changelist")
    chosen = {"action": "clear", "_selected_action": case.pk}
    for role, state in ((MODERATORS, State.OPEN), (STAFF, State.FINE)):
        person = make_user()
        give_role(person, role, by=staff, reason="Hired")
        client.force_login(User.objects.get(pk=person.pk))
        assert client.get(rows).status_code == 200
        client.post(rows, chosen | {"decided": "1", "reason": "Fine"})
        case.refresh_from_db()
        assert case.state == state


def test_open_and_urgent_cases_come_first_at_one_price(
    client: Client,
    shopper: User,
    staff: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    cases = [
        report(make_variant().product, shopper, reason)
        for reason in ("other", "danger", "other", "danger")
    ]
    clear_reported(cases[3], by=staff, reason="Fine")
    client.force_login(staff)
    rows = reverse("admin:catalog_reportedproduct_changelist")
    page = client.get(rows).text
    places = [page.index(f"/{case.pk}/change/") for case in cases]
    assert places[1] < places[2] < places[0] < places[3]
    with django_assert_max_num_queries(100) as few:
        client.get(rows)
    for _ in range(5):
        report(make_variant().product, shopper)
    with django_assert_max_num_queries(len(few)):
        client.get(rows)


def test_the_page_of_decisions_costs_the_same_for_many(
    client: Client,
    seller: User,
    product: Product,
    staff: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def fill() -> None:
        more = make_variant(product=make_product(brand=product.brand)).product
        case = report(more, seller)
        withdraw_reported(case, ground=Ground.LAW, by=staff, reason="It burns.")

    client.force_login(seller)
    fill()
    client.get("/accounts/moderation/")
    with django_assert_max_num_queries(100) as few:
        client.get("/accounts/moderation/")
    fill()
    fill()
    with django_assert_max_num_queries(len(few)):
        client.get("/accounts/moderation/")
