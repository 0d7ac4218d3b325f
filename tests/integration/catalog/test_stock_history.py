"""The history of a variant's pieces, and the alarm when books disagree."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import Stock, StockMovement, Variant
from catalog.selectors.stock import read_stock_history
from catalog.services import movements
from catalog.services.stock import commit_holds, hold_stock
from catalog.tasks import check_stock_task
from shopfront.models import Audit, User
from shopfront.services import alarms, outbox
from tests.factories import make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant(db: None, staff: User) -> Variant:
    """Make a variant of whose 15 pieces two were sold in part."""
    variant = make_variant(stock=10)
    movements.receive_stock(variant, 5, actor=staff, note="Second lorry")
    held = hold_stock(variant.pk, quantity=2, holder="browser:test")
    commit_holds([held.pk])
    held.refresh_from_db()
    movements.dispatch_stock(held, quantity=1, cause=("shipment", "s1"), actor=staff)
    return variant


def test_the_history_has_running_sums_and_claims(
    variant: Variant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):
        history = read_stock_history(variant)
    assert [step.on_hand for step in history.steps] == [14, 15, 10]
    assert history.steps[0].movement.cause_ref == "s1"
    assert (history.on_hand, history.allocated, history.available) == (14, 1, 13)
    assert [claim.gone_count for claim in history.claims] == [1]
    assert history.faults == ()


def test_staff_read_the_history_from_both_lists(
    client: Client, variant: Variant, staff: User, stranger: User
) -> None:
    stock = Stock.objects.get(variant=variant)
    addresses = [
        reverse("admin:variant-pieces", args=[variant.pk]),
        reverse("admin:stock-pieces", args=[stock.pk]),
    ]
    client.force_login(staff)
    for address, name in zip(addresses, ("variant", "stock"), strict=True):
        page = client.get(address).content.decode()
        assert "Second lorry" in page
        assert "the books agree" in page
        listed = client.get(reverse(f"admin:catalog_{name}_changelist"))
        assert address in listed.content.decode()
    assert client.get(addresses[0].replace(str(variant.pk), "0")).status_code == 404
    assert client.get(addresses[0].replace(str(variant.pk), "x")).status_code == 404
    Stock.objects.filter(pk=stock.pk).update(on_hand=99)
    assert "on hand 99, moved 14" in client.get(addresses[0]).content.decode()
    client.force_login(stranger)
    assert client.get(addresses[0]).status_code in {302, 403}


def test_a_seeded_fault_alarms_staff_once_a_day(variant: Variant, staff: User) -> None:
    assert check_stock_task() == 0
    StockMovement.objects.filter(cause_ref="s1").update(quantity=-2)
    assert check_stock_task() == 1
    assert check_stock_task() == 1
    outbox.relay()
    letter = mail.outbox[0]
    assert len(mail.outbox) == 1
    assert letter.bcc == [staff.email]
    assert letter.subject == "The books of stock disagree: 1 faults"
    assert variant.sku in letter.body
    assert Audit.objects.filter(action=alarms.TOPIC).count() == 1
    StockMovement.objects.filter(cause_ref="s1").update(quantity=-3)
    check_stock_task()
    outbox.relay()
    assert len(mail.outbox) == 2


def test_what_is_gone_at_a_second_look_alarms_nobody() -> None:
    looks = iter([["a", "b"], ["c"]])
    assert alarms.watch("payments", lambda: next(looks)) == 0
    assert not Audit.objects.exists()
