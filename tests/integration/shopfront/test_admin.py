"""The administration: who comes in, what it shows, what it refuses."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Drop, Product, Stock
from creators.models import Creator
from livestreams.models import ChatMessage, Livestream
from livestreams.services.chat import NewMessage, post_message
from livestreams.services.pins import place_pin, remove_pin
from livestreams.services.shows import start_livestream
from shopfront.common.desk import DeskAdmin, ReferenceAdmin
from shopfront.models import Audit, Outbox, User
from shopfront.services import people
from shopfront.services.roles import MODERATORS, ROLES, STAFF, ensure_roles
from tests.factories import (
    make_creator,
    make_livestream,
    make_market,
    make_product,
    make_user,
    make_variant,
)

pytestmark = pytest.mark.django_db

OURS = {"shopfront", "catalog", "orders", "creators", "livestreams"}
REFERENCE = {
    "catalog.brandmember",
    "catalog.category",
    "catalog.samplecriteria",
    "catalog.deliveryoption",
    "catalog.sizechart",
    "creators.payoutrule",
    "creators.welfareperson",
    "livestreams.brandalertrule",
    "livestreams.dutyshift",
    "livestreams.giveawayterms",
    "livestreams.wordlist",
    "orders.coupon",
    "shopfront.market",
    "shopfront.marketrule",
    "shopfront.operator",
    "shopfront.taxrate",
}


def list_pages() -> list[tuple[str, Any]]:
    """Our models in the admin, by label."""
    return [
        (model._meta.label_lower, page)
        for model, page in admin.site._registry.items()
        if model._meta.app_label in OURS
    ]


def make_employee(role: str, boss: User) -> User:
    person = make_user(email=f"{role}.member@people.example")
    people.give_role(person, role, by=boss, reason="Hired")
    return person


def list_address(label: str) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


def act(client: Client, row: Any, action: str, **answers: Any) -> Any:
    """Choose an action for a row on its list and answer what it asks."""
    address = list_address(row._meta.label_lower)
    chosen = {"action": action, "_selected_action": row.pk}
    asked = client.post(address, chosen | {"index": 0})
    assert asked.status_code == 200
    assert b'name="decided"' in asked.content
    return client.post(address, chosen | {"decided": "1"} | answers)


def test_only_named_reference_rows_have_a_form() -> None:
    pages = dict(list_pages())
    forms = {label for label, page in pages.items() if isinstance(page, ReferenceAdmin)}

    assert forms == REFERENCE
    assert all(
        isinstance(page, DeskAdmin)
        for label, page in pages.items()
        if label not in REFERENCE
    )


@pytest.mark.parametrize("label", [label for label, _page in list_pages()])
def test_every_list_and_form_answers_staff(
    client: Client, staff: User, label: str
) -> None:
    client.force_login(staff)

    assert client.get(list_address(label)).status_code == 200
    assert client.get(list_address(label), {"q": "no such thing"}).status_code == 200


def test_the_desk_leads_to_what_is_on_air(client: Client, staff: User) -> None:
    show = start_livestream(make_livestream(title="Lamps by night"))
    client.force_login(staff)

    answer = client.get("/admin/")

    assert answer.status_code == 200
    assert b"Lamps by night" in answer.content
    assert reverse("admin:livestreams_livestream_change", args=[show.pk]).encode() in (
        answer.content
    )
    assert b"Paid orders per hour" in answer.content


def test_a_show_with_many_pins_asks_as_much_as_with_one(
    client: Client,
    staff: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    product = make_product()
    make_variant(product=product)
    show = start_livestream(make_livestream(products=(product,)))
    client.force_login(staff)
    address = reverse("admin:livestreams_livestream_change", args=[show.pk])
    client.get(address)  # content types are kept from here on
    counts = []
    for _ in range(2):
        for _again in range(3):
            remove_pin(place_pin(show, product, by=staff))
        with django_assert_max_num_queries(40) as captured:
            assert client.get(address).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_the_desk_counts_creators_who_wait(client: Client, staff: User) -> None:
    make_creator(state=Creator.State.APPLIED)
    client.force_login(staff)

    figures = client.get("/admin/").context["figures"]

    assert ("Creators to verify", "1") in [(row.name, row.value) for row in figures]


def test_the_admin_holds_no_inline_code(client: Client, staff: User) -> None:
    start_livestream(make_livestream())
    client.force_login(staff)

    page = client.get("/admin/").content.decode()

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", page)


def test_a_guest_is_sent_to_the_sign_in_of_the_site(client: Client) -> None:
    answer = client.get("/admin/", follow=True)

    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


@pytest.mark.parametrize("who", ["shopper", "stranger", "teen"])
def test_the_admin_refuses_people_without_a_role(
    client: Client, request: pytest.FixtureRequest, who: str
) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get(list_address("orders.order"), follow=True).status_code == 403


def test_rights_of_roles_name_models_that_are_shown(staff: User) -> None:
    shown = {label for label, _page in list_pages()}

    ensure_roles()

    inline = {
        "catalog.productreport",
        "catalog.reportedproductevent",
        "livestreams.briefingline",
        "livestreams.chatpin",
        "livestreams.cohost",
        "livestreams.livestreamproduct",
        "livestreams.picturereport",
        "livestreams.roomrules",
        "livestreams.runitem",
        "orders.casemessage",
        "orders.refundline",
        "orders.returnline",
        "orders.shipmentline",
    }
    assert {model for rights in ROLES.values() for model in rights} <= shown | inline


def test_a_moderator_sees_the_rooms_and_no_money(client: Client, staff: User) -> None:
    client.force_login(make_employee(MODERATORS, staff))

    assert client.get("/admin/").status_code == 200
    assert b"Paid today" not in client.get("/admin/").content
    assert client.get(list_address("livestreams.chatmessage")).status_code == 200
    for label in ("orders.order", "creators.entry", "catalog.stock", "shopfront.user"):
        assert client.get(list_address(label)).status_code == 403, label


def test_staff_cannot_appoint_anybody_nor_close_an_administrator(
    client: Client, staff: User
) -> None:
    employee = make_employee(STAFF, staff)
    client.force_login(employee)
    address = list_address("shopfront.user")
    chosen = {"_selected_action": staff.pk, "decided": "1", "reason": "Mutiny"}

    client.post(address, chosen | {"action": "give_role", "role": STAFF})
    client.post(address, chosen | {"action": "close"})

    staff.refresh_from_db()
    employee.refresh_from_db()
    assert staff.is_active
    assert not employee.is_superuser
    assert not Audit.objects.filter(reason="Mutiny").exists()


@pytest.mark.parametrize(
    "label",
    sorted(label for label, _page in list_pages() if label not in REFERENCE),
)
def test_no_form_of_money_stock_or_history_can_be_posted(
    client: Client, staff: User, label: str
) -> None:
    """Even an administrator gets 403: adding, changing and deleting alike."""
    client.force_login(staff)
    name = label.replace(".", "_")

    assert client.post(reverse(f"admin:{name}_add"), {}).status_code == 403
    page = dict(list_pages())[label]
    request = client.get("/admin/").wsgi_request
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)


def test_stock_cannot_be_changed_or_deleted_by_post(
    client: Client, staff: User
) -> None:
    stock = Stock.objects.get(variant=make_variant(stock=7))
    client.force_login(staff)
    change = reverse("admin:catalog_stock_change", args=[stock.pk])
    sent = {"variant": stock.variant_id, "on_hand": 999, "allocated": 0, "version": 1}

    assert client.get(change).status_code == 200
    assert client.post(change, sent).status_code == 403
    delete = reverse("admin:catalog_stock_delete", args=[stock.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403

    stock.refresh_from_db()
    assert stock.on_hand == 7


def test_ending_a_show_says_who_and_why_and_closes_its_pins(
    client: Client, staff: User
) -> None:
    product = make_product()
    make_variant(product=product)
    show = start_livestream(make_livestream(products=(product,)))
    pin = place_pin(show, product, by=show.creator.user)
    employee = make_employee(STAFF, staff)
    client.force_login(employee)

    answer = act(client, show, "end_show", reason="Unsafe goods")

    show.refresh_from_db()
    pin.refresh_from_db()
    row = Audit.objects.get(action="livestreams.end")
    assert answer.status_code == 302
    assert show.state == Livestream.State.ENDED
    assert (show.ended_by, show.end_reason) == (employee, "Unsafe goods")
    assert pin.removed_at is not None
    assert (row.actor, row.reason) == (employee, "Unsafe goods")
    assert row.subject_ref == show.public_id


def test_ending_a_show_asks_for_a_reason(client: Client, staff: User) -> None:
    show = start_livestream(make_livestream())
    client.force_login(staff)

    answer = act(client, show, "end_show", reason="")

    show.refresh_from_db()
    assert answer.status_code == 200
    assert show.state == Livestream.State.LIVE


def test_a_moderator_cannot_end_a_show(client: Client, staff: User) -> None:
    show = start_livestream(make_livestream())
    client.force_login(make_employee(MODERATORS, staff))
    sent = {"action": "end_show", "_selected_action": show.pk, "reason": "No"}

    client.post(list_address("livestreams.livestream"), sent | {"decided": "1"})

    show.refresh_from_db()
    assert show.state == Livestream.State.LIVE


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("release", ChatMessage.State.VISIBLE),
        ("remove", ChatMessage.State.REMOVED),
    ],
)
def test_a_held_message_is_released_or_removed(
    client: Client, staff: User, shopper: User, action: str, state: str
) -> None:
    show = start_livestream(make_livestream())
    message = ChatMessage.objects.create(
        livestream=show,
        author=shopper,
        author_name="Sam",
        text="A doubtful word",
        state=ChatMessage.State.HELD,
    )
    client.force_login(make_employee(MODERATORS, staff))

    act(client, message, action, reason="Looked at it")

    message.refresh_from_db()
    assert message.state == state
    assert message.why == "Looked at it"


def test_creators_are_verified_with_a_reason(client: Client, staff: User) -> None:
    creator = make_creator(state=Creator.State.APPLIED)
    client.force_login(make_employee(STAFF, staff))

    act(client, creator, "verify", reason="Passport seen")

    creator.refresh_from_db()
    assert creator.is_verified
    assert Audit.objects.get(action="creators.verify").reason == "Passport seen"


def test_a_product_goes_off_sale_and_back(client: Client, staff: User) -> None:
    product = make_product()
    client.force_login(make_employee(STAFF, staff))

    act(client, product, "withdraw", reason="Recall")
    product.refresh_from_db()
    assert product.state == Product.State.WITHDRAWN
    act(client, product, "offer", reason="Repaired")

    product.refresh_from_db()
    assert product.state == Product.State.ACTIVE
    assert {row.reason for row in Audit.objects.filter(subject_kind="product")} == {
        "Recall",
        "Repaired",
    }


def test_stock_is_received_by_a_movement(client: Client, staff: User) -> None:
    variant = make_variant(stock=3)
    employee = make_employee(STAFF, staff)
    client.force_login(employee)

    act(client, variant, "receive", quantity=4, reason="Pallet 12")

    assert Stock.objects.get(variant=variant).on_hand == 7
    movement = variant.movements.latest("at")
    assert (movement.quantity, movement.actor, movement.note) == (
        4,
        employee,
        "Pallet 12",
    )


def test_a_refused_stock_take_says_why_and_changes_nothing(
    client: Client, staff: User
) -> None:
    variant = make_variant(stock=3)
    Stock.objects.filter(variant=variant).update(allocated=2)
    client.force_login(staff)

    answer = act(client, variant, "count_pieces", quantity=1, reason="Counted")

    page = client.get(answer["Location"]).content.decode()
    assert "promised" in page
    assert Stock.objects.get(variant=variant).on_hand == 3


def test_a_new_price_is_a_new_row(client: Client, staff: User) -> None:
    variant = make_variant(price=2500)
    client.force_login(staff)

    act(client, variant, "price", market="GB", amount_minor=1999, reason="Spring")

    prices = variant.price_versions.order_by("valid_from")
    assert [row.amount_minor for row in prices] == [2500, 1999]


def test_a_dead_message_is_sent_again(client: Client, staff: User) -> None:
    message = Outbox.objects.create(
        topic="test.topic", key="1", state=Outbox.State.DEAD, attempts=12
    )
    client.force_login(make_employee(STAFF, staff))

    act(client, message, "replay", reason="Mail server is back")

    message.refresh_from_db()
    assert (message.state, message.attempts) == (Outbox.State.WAITING, 0)
    assert Audit.objects.filter(action="shopfront.replay_message").count() == 1


def test_an_account_is_closed_and_cannot_sign_in(
    client: Client, staff: User, shopper: User
) -> None:
    client.force_login(make_employee(STAFF, staff))

    act(client, shopper, "close", reason="Fraud")

    shopper.refresh_from_db()
    assert not shopper.is_active
    assert Audit.objects.get(action="shopfront.close_account").reason == "Fraud"


def test_staff_erase_what_a_person_wrote_with_a_reason(
    client: Client, staff: User, shopper: User
) -> None:
    show = make_livestream(state=Livestream.State.LIVE)
    message = post_message(
        NewMessage(
            livestream=show.public_id,
            person=shopper.public_id,
            badges=(),
            text="My street is",
        )
    )
    client.force_login(make_employee(STAFF, staff))

    act(client, shopper, "erase_chat", reason="Asked for by post")

    message.refresh_from_db()
    assert (message.text, message.author_name) == ("", "")
    entry = Audit.objects.get(action="livestreams.erase_chat")
    assert (entry.subject_ref, entry.reason) == (shopper.public_id, "Asked for by post")


def test_roles_are_given_and_taken(client: Client, staff: User, shopper: User) -> None:
    client.force_login(staff)

    act(client, shopper, "give_role", role=STAFF, reason="Hired")
    shopper.refresh_from_db()
    assert shopper.is_staff
    assert shopper.has_perm("livestreams.change_livestream")
    act(client, shopper, "take_roles", reason="Left")

    shopper = User.objects.get(pk=shopper.pk)
    assert not shopper.is_staff
    assert not shopper.has_perm("livestreams.change_livestream")


def count_list_queries(client: Client, label: str, count: Any) -> int:
    with count as captured:
        assert client.get(list_address(label)).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    "label",
    [
        "catalog.variant",
        "catalog.stock",
        "catalog.stockmovement",
        "catalog.priceversion",
        "catalog.product",
        "creators.creator",
        "livestreams.livestream",
        "shopfront.user",
    ],
)
def test_a_list_asks_as_much_for_many_rows_as_for_one(
    client: Client,
    staff: User,
    label: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    def fill() -> None:
        product = make_product()
        make_variant(product=product)
        make_livestream(products=(product,))

    fill()
    client.force_login(staff)
    client.get(list_address(label))
    few = count_list_queries(client, label, django_assert_max_num_queries(40))
    for _ in range(5):
        fill()

    many = count_list_queries(client, label, django_assert_max_num_queries(40))

    assert many == few


def test_roles_and_second_factors_have_no_form() -> None:
    labels = {model._meta.app_label for model in admin.site._registry}

    assert labels == {*OURS, "account", "django_celery_beat"}


def test_a_drop_is_planned_by_the_clock_of_its_market(
    client: Client, staff: User
) -> None:
    product = make_variant().product
    zone = ZoneInfo("Europe/Berlin")
    market = make_market(code="DE", currency="EUR", time_zone=zone.key, stage="open")
    client.force_login(staff)
    said = {"title": "At eight", "market": market.code, "reason": "Asked by the brand"}
    said |= {"limit": "1", "per_second": "20", "rule": "first_paid"}
    for name, hour in (("entry_from", 19), ("opens_at", 20), ("ends_at", 22)):
        said |= {f"{name}_0": "2031-07-01", f"{name}_1": f"{hour}:00"}
    unsaid = act(client, product, "drop", **(said | {"opens_at_1": "", "market": ""}))
    assert unsaid.status_code == 200
    assert not Drop.objects.exists()
    act(client, product, "drop", **said)
    drop = Drop.objects.get()
    assert drop.opens_at == dt.datetime(2031, 7, 1, 20, tzinfo=zone)
    assert drop.opens_at.astimezone(dt.UTC).hour == 18
    assert drop.is_first_paid


def test_a_form_begins_with_what_matters_and_asks_why_at_its_end(
    client: Client, staff: User
) -> None:
    variant = make_variant(stock=4)
    client.force_login(staff)
    chosen = {"action": "count_pieces", "_selected_action": variant.pk}
    page = client.post(list_address("catalog.variant"), chosen).content.decode()
    assert f"({variant.sku}): 4 on hand, 0 promised" in page
    assert re.findall(r'name="(quantity|reason)"', page) == ["quantity", "reason"]
    assert re.search(r'name="quantity"[^>]*autofocus', page)
    sent = chosen | {"decided": "1", "quantity": "4", "reason": ""}
    page = client.post(list_address("catalog.variant"), sent).content.decode()
    assert re.search(r'name="reason"[^>]*autofocus', page)
