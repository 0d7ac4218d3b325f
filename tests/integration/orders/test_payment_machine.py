"""Whatever happens in whatever order, the books agree and nobody pays twice."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from unittest import mock

import pytest
import time_machine
from django.db.models import F
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import booleans, sampled_from

from catalog.selectors import find_stock_faults
from catalog.services.stock import lapse_holds
from orders.access import Shopper
from orders.gateways import sandbox_disputes
from orders.models import (
    Checkout,
    Payment,
    SandboxCharge,
    SandboxDispute,
    SandboxRefund,
)
from orders.selectors.books import find_payment_faults
from orders.services import payments
from orders.services.disputes import refresh_disputes, sweep_disputes
from orders.services.reconciling import lapse_checkouts, reconcile_payments
from orders.services.sandbox import answer_authentication, deliver_notices
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.common.ids import new_public_id
from shopfront.services import outbox
from tests.factories import make_variant
from tests.integration.orders.conftest import ordered

METHODS = [
    "approve",
    "decline",
    "authenticate",
    "slow",
    "timeout",
    "dispute",
    "silent",
    "noisy",
]

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


class PaymentMachine(RuleBasedStateMachine):
    """One checkout, its shopper, its bank, the sweeps, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = clock.now()
        self.guest = Shopper(None, f"browser-{new_public_id()}")
        with self.at_now():
            variant = make_variant(stock=1)
            self.checkout: Checkout = ordered(variant, self.guest)

    def at_now(self) -> time_machine.travel:
        return time_machine.travel(self.now, tick=False)

    def try_to(self, act: Callable[[], object]) -> None:
        """Act now; a refusal or a crash is an outcome like any other."""
        with self.at_now():
            try:
                act()
            except (DomainError, CrashError):
                return

    def start(self, method: str) -> None:
        payments.start_payment(
            self.checkout,
            shopper=self.guest,
            method=method,
            key=new_public_id(),
            return_url="/",
        )

    @rule(method=sampled_from(METHODS))
    def pay(self, method: str) -> None:
        self.try_to(lambda: self.start(method))

    @rule(method=sampled_from(["approve", "decline"]))
    def pay_and_crash_before_the_answer_is_kept(self, method: str) -> None:
        with mock.patch.object(payments, "apply_result", side_effect=CrashError):
            self.try_to(lambda: self.start(method))

    @rule(is_approved=booleans())
    def answer_the_bank(self, is_approved: bool) -> None:
        references = self.checkout.payments.values_list("public_id", flat=True)
        for charge in SandboxCharge.objects.filter(reference__in=list(references)):
            answer = partial(answer_authentication, charge, is_approved=is_approved)
            self.try_to(answer)

    @rule()
    def come_back_from_the_bank(self) -> None:
        self.try_to(lambda: payments.refresh_checkout(self.checkout))

    @rule()
    def be_disputed(self) -> None:
        charged = self.list_charged()
        for charge in charged:
            self.try_to(partial(sandbox_disputes.open_dispute, charge))
        for payment in self.checkout.payments.filter(state=Payment.State.PAID):
            self.try_to(partial(refresh_disputes, payment))

    @rule()
    def pay_another_way(self) -> None:
        self.try_to(lambda: payments.give_up_payment(self.checkout))

    @rule()
    def sweep(self) -> None:
        payments = (lapse_checkouts, reconcile_payments, deliver_notices)
        for act in (*payments, lapse_holds, sweep_disputes):
            self.try_to(act)

    @rule(minutes=sampled_from([0.2, 2, 6, 15]))
    def wait(self, minutes: float) -> None:
        self.now += dt.timedelta(minutes=minutes)

    @rule()
    def relay(self) -> None:
        self.try_to(outbox.relay)

    @invariant()
    def the_books_agree(self) -> None:
        assert find_stock_faults() == []
        assert find_payment_faults() == []

    @invariant()
    def nobody_pays_twice(self) -> None:
        states = [payment.state for payment in self.checkout.payments.all()]
        assert states.count(Payment.State.PAID) <= 1
        assert len(self.list_charged()) <= 1

    @invariant()
    def the_bank_never_gives_back_twice(self) -> None:
        disputes = SandboxDispute.objects.filter(
            charge__in=self.list_charged(), charge__refunds__isnull=False
        )
        late = [one for one in disputes if one.state != SandboxDispute.State.WON]
        refunds = SandboxRefund.objects.filter(charge__dispute__in=late)
        assert not refunds.filter(created_at__gt=F("charge__dispute__opened_at"))

    def list_charged(self) -> list[SandboxCharge]:
        references = self.checkout.payments.values_list("public_id", flat=True)
        return list(
            SandboxCharge.objects.filter(
                reference__in=list(references), state=SandboxCharge.State.SUCCEEDED
            )
        )

    def teardown(self) -> None:
        """In the end everything is decided: paid with goods, or not charged."""
        for days in (2, 3):  # a decline found late prolongs the hold once more
            self.now += dt.timedelta(days=days)
            for act in (reconcile_payments, lapse_checkouts, lapse_holds, outbox.relay):
                self.try_to(act)
        self.the_books_agree()
        undecided = self.checkout.payments.filter(state__in=payments.UNDECIDED)
        assert not undecided.exists()
        self.checkout.refresh_from_db()
        is_paid = self.checkout.payments.filter(state=Payment.State.PAID).exists()
        assert is_paid or self.checkout.state == Checkout.State.LAPSED


class CrashError(Exception):
    """The process dies here."""


def test_the_books_agree_whatever_happens() -> None:
    run_state_machine_as_test(
        PaymentMachine,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
