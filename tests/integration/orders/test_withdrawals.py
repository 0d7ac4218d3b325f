"""Withdrawal by a button: two steps, acknowledged at once, in the term only."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client

from catalog.models import Stock, Variant
from orders.access import Shopper, make_order_token
from orders.errors import (
    BadAddress,
    NameMissing,
    NothingChosen,
    OrderNotPaid,
    PiecesWithdrawn,
    PiecesWrong,
    WithdrawalOver,
)
from orders.models import Order, Refund, Withdrawal
from orders.selectors.timeline import list_moments
from orders.selectors.withdrawals import find_withdrawal_end
from orders.services.withdrawing import withdraw
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.ids import new_public_id
from shopfront.models import User
from shopfront.services import outbox
from tests.integration.orders.conftest import ordered
from tests.integration.orders.test_aftercare import buy, send

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def state(order: Order, count: int | None, key: str = "", **changes: Any) -> Withdrawal:
    """State a withdrawal from so many pieces of the order's line."""
    wanted = None if count is None else {order.lines.get().public_id: count}
    facts: dict[str, Any] = {"name": "Sam", "email": "sam@people.example", "by": None}
    return withdraw(order, wanted, key=key or new_public_id(), **(facts | changes))


def test_what_was_not_sent_is_paid_back_at_once_and_the_rest_when_it_is_here(
    variant: Variant, guest: Shopper, staff: User
) -> None:
    order = buy(variant, guest)
    send(order, 1, staff)
    first = state(order, None, "one-attempt")
    assert state(order, None, "one-attempt") == first
    line = order.lines.get()
    assert (line.cancelled_count, line.dispatched_count) == (2, 1)
    assert Refund.objects.get().amount_minor == 5000
    assert Stock.objects.get().allocated == 0
    mail.outbox.clear()
    outbox.relay()
    [letter] = [one for one in mail.outbox if "withdrawal" in one.subject]
    assert letter.to == ["sam@people.example"]
    for words in (
        "3 x Walnut stool",
        "Sam stated to withdraw",
        str(clock.now().year),
        "cancelled and paid back now: 2 \u00d7 Walnut stool.",
        "Please send back, also if it still has to arrive: 1 \u00d7 Walnut stool.",
    ):
        assert words in letter.body
    told = [moment.note for moment in list_moments(order)]
    assert "Please send back within 14 days: 1 \u00d7 Walnut stool." in told
    with pytest.raises(NothingChosen):
        state(order, None)


def test_what_was_never_sent_is_not_asked_back(
    variant: Variant, guest: Shopper, staff: User
) -> None:
    order = buy(variant, guest)
    send(order, 1, staff)
    state(order, 2)
    mail.outbox.clear()
    outbox.relay()
    [letter] = [one for one in mail.outbox if "withdrawal" in one.subject]
    assert "cancelled and paid back now: 2 \u00d7 Walnut stool." in letter.body
    assert "There is nothing to send back." in letter.body
    assert "send back," not in letter.body
    assert "There is nothing to send back." in [
        moment.note for moment in list_moments(order)
    ]


@pytest.mark.parametrize(
    ("sent", "said", "unsaid"),
    [
        (
            0,
            ["at once: 2 \u00d7 Walnut stool.", "nothing to send back"],
            "within 14 days",
        ),
        (
            2,
            ["at once: 1 \u00d7 Walnut stool.", "14 days: 1 \u00d7 Walnut stool."],
            "nothing to send",
        ),
        (3, ["14 days: 2 \u00d7 Walnut stool."], "at once:"),
    ],
)
def test_the_second_step_asks_back_only_what_was_sent(
    variant: Variant,
    shopper: User,
    staff: User,
    sent: int,
    said: list[str],
    unsaid: str,
) -> None:
    order = buy(variant, Shopper(shopper, ""))
    if sent:
        send(order, sent, staff)
    client = Client()
    client.force_login(shopper)
    form = {
        "name": "Sam",
        "email": "sam@people.example",
        "step": "check",
        f"pieces_{order.lines.get().public_id}": "2",
    }
    address = f"/orders/{order.public_id}/withdraw/"
    page = client.post(address, form).content.decode()
    for words in said:
        assert words in page
    assert unsaid not in page


def test_pieces_are_withdrawn_from_once(
    variant: Variant, guest: Shopper, staff: User
) -> None:
    order = buy(variant, guest)
    send(order, None, staff)
    state(order, 1)
    with pytest.raises(PiecesWithdrawn) as refusal:
        state(order, 3)
    assert refusal.value.extra["left"] == 2
    assert not Refund.objects.exists()
    state(order, 2)
    assert Withdrawal.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": "  "}, NameMissing),
        ({"name": "x" * 121}, NameMissing),
        ({"email": "sam"}, BadAddress),
        ({"count": 0}, NothingChosen),
        ({"count": -1}, PiecesWrong),
        ({"count": 9}, PiecesWithdrawn),
    ],
)
def test_a_statement_that_says_too_little_is_refused(
    variant: Variant,
    guest: Shopper,
    changes: dict[str, Any],
    refusal: type[DomainError],
) -> None:
    order = buy(variant, guest)
    with pytest.raises(refusal):
        state(order, changes.pop("count", 1), **changes)
    assert not Withdrawal.objects.exists()


def test_an_unpaid_order_has_no_contract(variant: Variant, guest: Shopper) -> None:
    with pytest.raises(OrderNotPaid):
        state(ordered(variant, guest).orders.get(), None)


def test_the_term_runs_to_the_end_of_a_working_day_after_the_last_piece_came(
    variant: Variant, guest: Shopper, staff: User
) -> None:
    order = buy(variant, guest)
    send(order, None, staff)
    assert find_withdrawal_end(order) is None
    friday = dt.datetime(2026, 3, 20, 9, tzinfo=dt.UTC)  # + 14 days is Good Friday
    Order.objects.filter(pk=order.pk).update(delivered_at=friday)
    order.refresh_from_db()
    end = find_withdrawal_end(order)
    assert end is not None
    assert end.date() > dt.date(2026, 4, 6)
    with time_machine.travel(end, tick=False), pytest.raises(WithdrawalOver):
        state(order, 1)
    with time_machine.travel(end - dt.timedelta(seconds=1), tick=False):
        state(order, 1)


def test_a_statement_never_changes(variant: Variant, guest: Shopper) -> None:
    state(buy(variant, guest), 1)
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        Withdrawal.objects.update(name="Another")


def test_a_guest_withdraws_by_the_link_in_two_steps(
    variant: Variant, guest: Shopper, stranger: User
) -> None:
    order = buy(variant, guest)
    token = make_order_token(order)
    client = Client()
    path = f"/orders/{order.public_id}/withdraw/"
    assert client.get(path).status_code == 404
    page = client.get(order.get_absolute_url(), {"token": token}).content.decode()
    assert "Withdraw from contract here" in page
    assert f"{path}?token=" in page
    first = client.get(path, {"token": token}).content.decode()
    assert "Continue" in first
    pieces = f"pieces_{order.lines.get().public_id}"
    form = {"token": token, "name": "Sam", "email": "sam@people.example", pieces: "2"}
    second = client.post(path, form | {"step": "check"}).content.decode()
    assert "Confirm withdrawal" in second
    assert "I, Sam, withdraw" in second
    assert not Withdrawal.objects.exists()
    key = re.search(r'name="key" value="([^"]+)"', second)
    assert key is not None
    sure = form | {"step": "confirm", "key": key.group(1)}
    for _twice in range(2):
        answer = client.post(path, sure)
        assert answer.status_code == 302
    withdrawal = Withdrawal.objects.get()
    assert withdrawal.lines.get().quantity == 2
    page = client.get(answer.headers["Location"]).content.decode()
    assert "You withdrew" in page
    wrong = client.post(path, sure | {pieces: "x", "key": new_public_id()})
    assert wrong.status_code == 400
    client.force_login(stranger)
    assert client.post(path, sure | {"token": ""}).status_code == 404
