"""A process killed at any statement, commit or gateway call loses no money.

The points are found by intercepting a run, so new code brings its own points.
"""

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.db import connections
from django.test.utils import CaptureQueriesContext

from catalog.models import Drop, Stock, Variant
from catalog.selectors import find_stock_faults
from catalog.services.stock import hold_stock, lapse_holds, release_stock
from creators.models import Account, Entry
from creators.selectors.books import find_book_faults
from livestreams.services.attribution import attribute_order
from orders.access import Shopper
from orders.gateways import sandbox_disputes
from orders.gateways.sandbox import SandboxGateway
from orders.models import (
    Checkout,
    Dispute,
    Order,
    OrderLine,
    Payment,
    Refund,
    SandboxCharge,
    SandboxDispute,
)
from orders.selectors.books import find_payment_faults
from orders.services import payments
from orders.services.disputes import refresh_disputes, sweep_disputes
from orders.services.holds import list_hold_ids, take_paid_pieces
from orders.services.reconciling import lapse_checkouts, reconcile_payments
from orders.services.refunds import APOLOGY_TOPIC
from orders.services.sandbox import answer_authentication, deliver_notices
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.ids import new_public_id
from shopfront.models import Outbox
from shopfront.services import outbox
from tests.counting import counting_each_tenth
from tests.factories import make_variant
from tests.integration.orders.conftest import admit, open_drop, ordered

BOOKS = ["default", "sandbox"]
CALLS = ["charge", "find_charge", "cancel", "refund", "find_disputes"]
pytestmark = pytest.mark.django_db(transaction=True, databases=BOOKS)


class KilledError(BaseException):
    """The process is dead: nothing it would have done happens any more."""


class Reaper:
    """Count the points of a run and kill it at one of them, for good."""

    def __init__(self, kill_at: int = 0) -> None:
        self.kill_at = kill_at
        self.points = 0
        self.is_dead = False

    def pass_point(self) -> None:
        """Come to a point; the dead come no further."""
        self.points += 1
        if self.points == self.kill_at:
            self.is_dead = True
            for alias in BOOKS:  # the engine rolls back what was open
                connections[alias].close()
        if self.is_dead:
            raise KilledError

    def around_statement(
        self, execute: Callable[..., Any], *args: object, **facts: object
    ) -> Any:
        """Stand before each statement."""
        self.pass_point()
        return execute(*args)

    def around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """Stand before and behind a call."""

        def stand(*args: Any, **facts: Any) -> Any:
            self.pass_point()
            answer = act(*args, **facts)
            self.pass_point()
            return answer

        return stand

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Intercept statements and commits of both books and the gateway's calls."""
        with ExitStack() as stack:
            for alias in BOOKS:
                link = connections[alias]
                link.ensure_connection()
                for name in ("_commit", "run_and_clear_commit_hooks"):
                    watched = self.around(getattr(link, name))
                    stack.enter_context(mock.patch.object(link, name, watched))
                stack.enter_context(link.execute_wrapper(self.around_statement))
            for name in CALLS:
                call = self.around(getattr(SandboxGateway, name))
                stack.enter_context(mock.patch.object(SandboxGateway, name, call))
            yield


def run(checkout: Checkout, guest: Shopper, method: str) -> None:
    """Pay, answer the bank, come back, and let the outbox work."""
    step = payments.start_payment(
        checkout, shopper=guest, method=method, key=new_public_id(), return_url="/"
    )
    if method == "authenticate":
        charge = SandboxCharge.objects.get(public_id=step.payment.provider_ref)
        answer_authentication(charge, is_approved=True)
        payments.refresh_checkout(checkout)
    if method == "timeout":
        payments.refresh_checkout(checkout)
    outbox.relay()


def run_and_lose_the_goods(checkout: Checkout, guest: Shopper, method: str) -> None:
    """Pay, and let somebody else have the piece between the charge and the order."""
    charge = SandboxGateway.charge

    def charge_late(*args: Any, **facts: Any) -> Any:
        result = charge(*args, **facts)
        release_stock(list_hold_ids(checkout))
        ordered(checkout.cart.lines.get().variant, Shopper(None, "a faster browser"))
        return result

    with mock.patch.object(SandboxGateway, "charge", charge_late):
        run(checkout, guest, method)


def lose_dispute(payment: Payment) -> None:
    """Hear from the bank that it took a payment back, and let the outbox work."""
    refresh_disputes(payment)
    outbox.relay()


def recover() -> None:
    """Let every sweep do its work, as beat would, for some days."""
    for wait in (dt.timedelta(minutes=2), dt.timedelta(days=2), dt.timedelta(days=3)):
        with time_machine.travel(clock.now() + wait, tick=False):
            deliver_notices()
            for act in (reconcile_payments, lapse_checkouts, lapse_holds, outbox.relay):
                act()


def kill(act: Callable[[], None], point: int) -> bool:
    """Kill a run at a point; return whether it came so far."""
    reaper = Reaper(kill_at=point)
    try:
        with reaper.watch():
            act()
    except KilledError:
        for alias in BOOKS:
            connections[alias].close()
    return reaper.is_dead


def kill_and_recover(checkout: Checkout, act: Callable[[], None], point: int) -> bool:
    """Kill a run at a point, heal, and check it; return whether it was killed."""
    is_killed = kill(act, point)
    recover()
    check(checkout)
    return is_killed


def check(checkout: Checkout) -> None:
    """See that money and goods of a checkout agree, in our books and the bank's."""
    mine = list(checkout.payments.all())
    charged = SandboxCharge.objects.filter(
        reference__in=[payment.public_id for payment in mine],
        state=SandboxCharge.State.SUCCEEDED,
    )
    charges = list(charged.prefetch_related("refunds"))
    assert len(charges) <= 1, "charged twice"
    paid = [payment for payment in mine if payment.state == Payment.State.PAID]
    assert len(paid) == len(charges), "a charge without a paid payment"
    assert all(payment.state not in payments.UNDECIDED for payment in mine)
    back = sum(refund.amount_minor for each in charges for refund in each.refunds.all())
    orders = checkout.orders.filter(state=Order.State.PAID)
    goods = sum(order.total.minor for order in orders)
    assert sum(each.amount_minor for each in charges) == goods + back
    told = Outbox.objects.filter(state=Outbox.State.DONE)
    for refund in Refund.objects.filter(payment__in=mine):
        assert told.filter(topic=APOLOGY_TOPIC, key=refund.public_id).exists()
    if goods:
        receipts = told.filter(topic=payments.RECEIPT_TOPIC)
        assert receipts.filter(key=checkout.public_id).exists()


def check_dispute(checkout: Checkout) -> None:
    """See that we know what the bank took, and took it back in the ledger once."""
    lines = OrderLine.objects.filter(order__checkout=checkout)
    refs = [*lines.values_list("public_id", flat=True)]
    refs += checkout.orders.values_list("public_id", flat=True)
    taken = -sum(
        Entry.objects.filter(
            transaction__reverses__cause_ref__in=refs,
            account__kind=Account.Kind.SHOPPER_CLEARING,
        ).values_list("amount_minor", flat=True)
    )
    payment = checkout.payments.get()
    theirs = SandboxDispute.objects.filter(charge__public_id=payment.provider_ref)
    known = [(one.provider_ref, one.state) for one in payment.disputes.all()]
    assert known == [(one.public_id, one.state) for one in theirs]
    assert known[0][1] == Dispute.State.LOST
    assert taken == payment.amount_minor


def count_statements(act: Callable[[], None]) -> int:
    """Count what a run says to both books, by Django's own log of it."""
    with ExitStack() as stack:
        logs = [
            stack.enter_context(CaptureQueriesContext(connections[alias]))
            for alias in BOOKS
        ]
        act()
    said = [query["sql"] for log in logs for query in log.captured_queries]
    return sum(1 for sql in said if sql != "BEGIN")


@pytest.mark.parametrize(
    ("scene", "method"),
    [
        (run, "authenticate"),
        (run, "timeout"),
        (run_and_lose_the_goods, "approve"),
    ],
)
def test_a_kill_at_any_point_charges_once_and_loses_no_order(
    scene: Callable[[Checkout, Shopper, str], None],
    method: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def begin() -> tuple[Checkout, Callable[[], None]]:
        guest = Shopper(None, f"browser-{new_public_id()}")
        is_last = scene is run_and_lose_the_goods
        mine = make_variant(stock=1) if is_last else variant
        checkout = ordered(mine, guest)
        return checkout, lambda: scene(checkout, guest, method)

    variant: Variant = make_variant(stock=2000)
    floor = count_statements(begin()[1])
    point, is_killed = 0, True
    while is_killed:
        point += 1
        with counting_each_tenth(point):
            is_killed = kill_and_recover(*begin(), point)
    said = f"{scene.__name__} {method}: {point - 1} points, floor {floor}"
    with capsys.disabled():
        sys.stdout.write(f"\n{said}\n")
    assert point - 1 > floor
    assert find_payment_faults() == []
    assert find_stock_faults() == []


@pytest.mark.parametrize("is_first", [True, False])
def test_a_kill_while_a_paid_piece_is_taken_gives_it_to_who_paid_first(
    is_first: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing was held before, others may have been faster; the rest has its scenes."""

    def begin() -> tuple[Checkout, Callable[[], None]]:
        guest = Shopper(None, f"browser-{new_public_id()}")
        variant = make_variant(stock=1)
        drop = open_drop(variant, rule=Drop.Rule.FIRST_PAID)
        checkout = ordered(
            variant, guest, admission=admit(drop, guest), street=new_public_id()
        )
        payment = payments.start_payment(
            checkout,
            shopper=guest,
            method="authenticate",
            key=new_public_id(),
            return_url="/",
        ).payment
        if not is_first:
            hold_stock(variant.pk, quantity=1, holder="faster", seconds=10**6)
        charge = SandboxCharge.objects.get(public_id=payment.provider_ref)
        answer_authentication(charge, is_approved=True)
        return checkout, lambda: take_paid_pieces(payment)

    floor = count_statements(begin()[1])
    point, is_killed = 0, True
    while is_killed:
        point += 1
        checkout, act = begin()
        is_killed = kill_and_recover(checkout, act, point)
        state = Order.State.PAID if is_first else Order.State.CANCELLED
        assert checkout.orders.get().state == state
    with capsys.disabled():
        sys.stdout.write(f"\nfirst paid {is_first}: {point - 1} points\n")
    assert point >= floor  # what is rolled back passes no point
    assert not Stock.objects.exclude(allocated=1).exists()
    assert find_payment_faults() == []
    assert find_stock_faults() == []


def test_a_kill_at_any_point_of_a_dispute_takes_the_sale_back_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def begin() -> tuple[Checkout, Callable[[], None]]:
        guest = Shopper(None, f"browser-{new_public_id()}")
        checkout = ordered(variant, guest)
        payment = payments.start_payment(
            checkout,
            shopper=guest,
            method="approve",
            key=new_public_id(),
            return_url="/",
        ).payment
        attribute_order(checkout.orders.get().public_id)
        Outbox.objects.all().delete()  # letters and invoices have tests of their own
        charge = SandboxCharge.objects.get(public_id=payment.provider_ref)
        sandbox_disputes.open_dispute(charge)
        SandboxDispute.objects.filter(charge=charge).update(state="lost")
        return checkout, lambda: lose_dispute(payment)

    variant: Variant = make_variant(stock=2000)
    floor = count_statements(begin()[1])
    point, is_killed = 0, True
    while is_killed:
        point += 1
        with counting_each_tenth(point):
            checkout, act = begin()
            is_killed = kill(act, point)
            with time_machine.travel(clock.now() + dt.timedelta(minutes=2), tick=False):
                sweep_disputes()
                outbox.relay()
            check_dispute(checkout)
    with capsys.disabled():
        sys.stdout.write(f"\nlose_dispute: {point - 1} points, floor {floor}\n")
    assert point - 1 > floor
    assert find_payment_faults() == []
    assert find_book_faults() == []


def test_a_shop_that_asks_with_a_new_key_is_caught_charging_twice() -> None:
    """Negative control: the check fails where the key is not kept."""
    charge = SandboxGateway.charge

    def forget_the_key(self: SandboxGateway, request: Any, *, key: str) -> Any:
        return charge(self, request, key=new_public_id())

    guest = Shopper(None, "browser")
    checkout = ordered(make_variant(stock=5), guest)
    with (
        mock.patch.object(SandboxGateway, "charge", forget_the_key),
        pytest.raises(AssertionError, match="charged twice"),
    ):
        kill_and_recover(checkout, lambda: run(checkout, guest, "timeout"), 0)


def test_the_dead_do_nothing_more() -> None:
    reaper = Reaper(kill_at=1)
    for _attempt in range(2):
        with pytest.raises(KilledError), reaper.watch():
            SandboxCharge.objects.count()
    assert issubclass(KilledError, BaseException)
    assert not issubclass(KilledError, DomainError | Exception)
