"""Refunds that meet a dispute: in every order they end, and the books agree."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
import time_machine

from catalog.models import Variant
from creators.models import Account
from creators.selectors.books import find_book_faults
from orders.access import Shopper
from orders.errors import ChargeDisputed
from orders.gateways import DisputeFacts
from orders.gateways import sandbox_disputes as bank
from orders.models import Order, Payment, Refund, SandboxCharge, SandboxDispute
from orders.selectors.books import find_payment_faults
from orders.selectors.cash import find_cash_faults
from orders.selectors.timeline import list_moments
from orders.services import disputes, refunds
from orders.services.cancelling import cancel_pieces
from orders.services.disputes import refresh_disputes
from orders.services.failed_refunds import note_transfer, pay_again
from orders.services.payments import start_payment
from orders.services.refunds import request_refund
from orders.services.sandbox import deliver_notices
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.common.money import Money
from shopfront.models import Outbox, User
from tests.integration.orders.conftest import ordered
from tests.integration.orders.test_cash import relay_all, sum_of

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
State = Refund.State
Kind = Account.Kind
ORDERS = [
    ("cancel", "open", "decide"),
    ("open", "cancel", "decide"),
    ("open", "decide", "cancel"),
]


@pytest.fixture
def payment(variant: Variant, guest: Shopper) -> Payment:
    """Pay for two stools at 25 pounds with delivery, and have it in the books."""
    step = start_payment(
        ordered(variant, guest, quantity=2),
        shopper=guest,
        method="approve",
        key="one-attempt",
        return_url="/",
    )
    relay_all()
    return step.payment


def order_of(payment: Payment) -> Order:
    return payment.checkout.orders.get()


def cancel(payment: Payment, count: int = 2) -> Refund:
    order = order_of(payment)
    wanted = {order.lines.get().public_id: count}
    return cancel_pieces(order, wanted, by=None, reason="Asked", key=new_public_id())


def open_at_bank(payment: Payment) -> None:
    bank.open_dispute(SandboxCharge.objects.get(public_id=payment.provider_ref))


def decide(payment: Payment, state: str) -> None:
    SandboxDispute.objects.update(state=state)


def wait_and_relay(hours: int = 1) -> None:
    """Carry out what waits to be tried again, too."""
    with time_machine.travel(clock.now() + dt.timedelta(hours=hours), tick=False):
        relay_all()


def tell_part(monkeypatch: pytest.MonkeyPatch, minor: int) -> None:
    """Be a bank that disputes a part of a payment alone."""
    whole = bank.facts_of

    def facts_of(row: SandboxDispute) -> DisputeFacts:
        return replace(whole(row), amount=Money(minor, "GBP"))

    monkeypatch.setattr(bank, "facts_of", facts_of)


def check_books() -> None:
    assert find_cash_faults() == find_book_faults() == []
    assert sum_of(Kind.SHOPPER_CLEARING) == 0


@pytest.mark.parametrize(
    ("steps", "count", "hears", "end"),
    list(product(ORDERS, (1, 2), ("at once", "last"), ("won", "lost"))),
)
def test_in_every_order_the_refund_ends_and_the_books_agree(
    payment: Payment, steps: tuple[str, ...], count: int, hears: str, end: str
) -> None:
    """Webhooks and the outbox come after every step, or all in the end."""
    acts: dict[str, Callable[[], object]] = {
        "cancel": lambda: cancel(payment, count),
        "open": lambda: open_at_bank(payment),
        "decide": lambda: decide(payment, end),
    }
    for step in steps:
        acts[step]()
        if hears == "last":
            continue
        refresh_disputes(payment)
        relay_all()
        assert find_cash_faults() == []
        assert find_payment_faults() == [] or (step, end) == ("decide", "lost")
    refresh_disputes(payment)
    for hours in (1, 2):
        wait_and_relay(hours)
    refund = Refund.objects.get()
    is_sent_first = steps[0] == "cancel" and hears != "last"
    is_sent = end == "won" or is_sent_first
    assert refund.state == (State.DONE if is_sent else State.TAKEN)
    assert refund.credit_note.total_minor == refund.amount_minor
    check_books()
    gone = payment.amount_minor if end == "lost" else 0
    gone += refund.amount_minor if is_sent else 0
    assert sum_of(Kind.GATEWAY) == payment.amount_minor - gone
    told = [] if end == "won" or not is_sent else ["more went back than came"]
    assert [fault.partition(":")[0] for fault in find_payment_faults()] == told


def test_money_that_the_bank_holds_waits_for_its_word_however_long(
    payment: Payment,
) -> None:
    open_at_bank(payment)
    refund = cancel(payment)
    relay_all()
    told = Outbox.objects.get(topic="orders.refund")
    assert ChargeDisputed.__name__ in told.last_error  # we do not know of it yet
    refresh_disputes(payment)
    wait_and_relay()
    told.refresh_from_db()
    refund.refresh_from_db()
    assert (told.state, refund.state) == (Outbox.State.DONE, State.PENDING)
    assert find_cash_faults() == []
    decide(payment, "won")
    for _webhook in range(2):
        deliver_notices()
        relay_all()
    refund.refresh_from_db()
    assert refund.state == State.DONE
    check_books()


@pytest.mark.parametrize(("end", "state"), [("won", "done"), ("lost", "taken")])
def test_money_that_bought_nothing_ends_with_the_banks_word(
    payment: Payment, end: str, state: str
) -> None:
    open_at_bank(payment)
    refresh_disputes(payment)
    request_refund(payment, payment.amount, reason="goodwill")
    relay_all()
    assert Refund.objects.get().state == State.PENDING
    decide(payment, end)
    refresh_disputes(payment)
    relay_all()
    assert Refund.objects.get().state == state


def test_a_refund_sent_before_its_process_died_is_not_the_banks(
    payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancel(payment, 1)
    with monkeypatch.context() as patch:
        patch.setattr(refunds, "_change", _die)
        relay_all()
    assert Refund.objects.get().state == State.PENDING
    open_at_bank(payment)
    decide(payment, "lost")
    refresh_disputes(payment)
    wait_and_relay()
    assert Refund.objects.get().state == State.DONE
    check_books()


def test_a_refund_that_came_back_before_is_paid_by_the_bank(
    payment: Payment, staff: User
) -> None:
    SandboxCharge.objects.update(choice="closed")
    refund = cancel(payment, 1)
    for _webhook in range(2):
        relay_all()
        deliver_notices()
    open_at_bank(payment)
    decide(payment, "lost")
    refresh_disputes(payment)
    relay_all()
    pay_again(refund, by=staff, reason="Once more")
    relay_all()
    refund.refresh_from_db()
    assert refund.state == State.TAKEN
    check_books()
    assert (sum_of(Kind.GATEWAY), sum_of(Kind.PLATFORM_FEE)) == (0, 0)


def test_two_refunds_of_one_disputed_payment_end_together(payment: Payment) -> None:
    open_at_bank(payment)
    refresh_disputes(payment)
    cancel(payment, 1)
    relay_all()
    decide(payment, "lost")
    refresh_disputes(payment)
    cancel(payment, 1)
    relay_all()
    wait_and_relay()
    assert set(Refund.objects.values_list("state", flat=True)) == {State.TAKEN}
    check_books()
    assert (sum_of(Kind.GATEWAY), sum_of(Kind.PLATFORM_FEE)) == (0, 0)


@pytest.mark.parametrize("is_cancelled_first", [True, False])
def test_of_what_the_bank_took_in_part_staff_pay_in_another_way(
    payment: Payment,
    staff: User,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_cancelled_first: bool,
) -> None:
    tell_part(monkeypatch, 3000)
    open_at_bank(payment)
    if is_cancelled_first:
        cancel(payment)
    decide(payment, "lost")
    refresh_disputes(payment)
    relay_all()
    if not is_cancelled_first:
        cancel(payment)
    relay_all()
    wait_and_relay()
    refund = Refund.objects.get()
    assert (refund.state, refund.failure_code) == (State.FAILED, ChargeDisputed.code)
    assert any("took a part" in one.note for one in list_moments(order_of(payment)))
    check_books()
    note_transfer(refund, reference="BACS 1", by=staff, reason="Paid by bank")
    relay_all()
    check_books()


def test_the_shopper_reads_that_the_bank_has_paid(payment: Payment) -> None:
    open_at_bank(payment)
    cancel(payment)
    decide(payment, "lost")
    refresh_disputes(payment)
    relay_all()
    [told] = [one.note for one in list_moments(order_of(payment)) if "bank" in one.note]
    assert told == "Your bank has given you this money back already."


@pytest.mark.parametrize(
    ("end", "module", "name"),
    [
        ("won", disputes, "send_waiting_refunds"),
        ("lost", disputes, "send_waiting_refunds"),
        ("lost", refunds, "note_bank_paid"),
    ],
)
def test_a_refund_that_nobody_wakes_or_books_is_found(
    payment: Payment,
    monkeypatch: pytest.MonkeyPatch,
    end: str,
    module: object,
    name: str,
) -> None:
    """Negative control: left alone, its money stays in clearing for ever."""
    monkeypatch.setattr(module, name, lambda *_rows, **_facts: None)
    open_at_bank(payment)
    refresh_disputes(payment)
    cancel(payment)
    relay_all()
    assert find_cash_faults() == []
    decide(payment, end)
    refresh_disputes(payment)
    relay_all()
    assert find_cash_faults() != []


def _die(*_rows: object, **_facts: object) -> bool:
    raise RuntimeError
