"""Money is followed from payment to clearing, and back, and what is lost is found."""

from collections.abc import Callable
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.models import Variant
from creators.models import Account, Entry
from creators.selectors.books import find_book_faults
from orders.access import Shopper
from orders.gateways import sandbox_disputes as bank
from orders.models import Payment, Refund, SandboxCharge
from orders.selectors.cash import find_cash_faults
from orders.services.cancelling import cancel_pieces
from orders.services.disputes import accept_dispute, refresh_disputes
from orders.services.payments import confirm_payment, start_payment
from shopfront.models import Outbox, User
from shopfront.services import outbox
from tests.integration.orders.conftest import ordered

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def relay_all() -> None:
    """Carry out everything, and what follows from it."""
    while outbox.relay():
        pass


def sum_of(kind: Account.Kind) -> int:
    entries = Entry.objects.filter(account__kind=kind)
    return sum(entries.values_list("amount_minor", flat=True))


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
    assert find_cash_faults() == []
    relay_all()
    return step.payment


def assert_whole(gateway: int) -> None:
    """Check that the gateway holds so much, and clearing nothing."""
    assert sum_of(Account.Kind.GATEWAY) == gateway
    assert sum_of(Account.Kind.SHOPPER_CLEARING) == 0
    assert find_cash_faults() == []
    assert find_book_faults() == []


def test_a_payment_comes_in_and_leaves_clearing_whole(payment: Payment) -> None:
    confirm_payment(payment)
    Outbox.objects.filter(topic="orders.cash").update(state="waiting")
    relay_all()
    assert_whole(payment.amount_minor)
    said = StringIO()
    call_command("check_ledger", stdout=said)
    assert f"GBP {'shopper_clearing':20} {'0.00':>16}" in said.getvalue()


def test_what_is_paid_back_goes_out_by_the_same_way(
    payment: Payment, staff: User
) -> None:
    order = payment.checkout.orders.get()
    line = order.lines.get()
    cancel_pieces(
        order, {line.public_id: 1}, by=staff, reason="Asked.", key="cancel-one"
    )
    relay_all()
    assert_whole(payment.amount_minor - 2500)
    cancel_pieces(order, by=staff, reason="Asked again.", key="cancel-rest")
    relay_all()
    assert_whole(0)


def test_money_that_comes_too_late_comes_in_and_goes_back(
    variant: Variant, guest: Shopper
) -> None:
    checkout = ordered(variant, guest)
    payment = start_payment(
        checkout,
        shopper=guest,
        method="approve",
        key="too-late-attempt",
        return_url="/",
    ).payment
    Payment.objects.update(state=Payment.State.CANCELLED)
    payment.refresh_from_db()
    Outbox.objects.filter(topic__in=["orders.cash", "livestreams.order_paid"]).delete()
    confirm_payment(payment)
    relay_all()
    assert Refund.objects.get().state == Refund.State.DONE
    assert sum_of(Account.Kind.GATEWAY) == 0
    assert sum_of(Account.Kind.SHOPPER_CLEARING) == 0


def test_a_lost_dispute_goes_out_and_what_nobody_gives_back_is_ours(
    payment: Payment, staff: User
) -> None:
    order = payment.checkout.orders.get()
    line = order.lines.get()
    bank.open_dispute(SandboxCharge.objects.get(public_id=payment.provider_ref))
    refresh_disputes(payment)
    line.refunded_minor = 2500
    line.save(update_fields=["refunded_minor"])
    accept_dispute(payment.disputes.get(), by=staff, reason="We never sent it.")
    relay_all()
    assert sum_of(Account.Kind.GATEWAY) == 0
    assert find_book_faults() == []
    assert find_cash_faults() == []


def change(sql: str) -> Callable[[], None]:
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql)
            cursor.execute("SET LOCAL session_replication_role = origin")

    return act


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            change("UPDATE orders_payment SET amount_minor = amount_minor + 1"),
            "the ledger lacks the money of payment",
        ),
        (
            change("UPDATE creators_entry SET amount_minor = amount_minor + 1"),
            "is left in clearing",
        ),
        (
            change("UPDATE creators_ledgertransaction SET cause_ref = 'nobody'"),
            "cash without a payment",
        ),
    ],
)
def test_money_that_is_lost_on_the_way_is_found(
    payment: Payment, spoil: Callable[[], None], sentence: str
) -> None:
    spoil()
    assert any(sentence in fault for fault in find_cash_faults())
    with pytest.raises(CommandError, match="faults"):
        call_command("check_ledger", stdout=StringIO())


def test_what_was_paid_before_the_ledger_knew_of_cash_is_told_to_it(
    payment: Payment,
) -> None:
    Outbox.objects.filter(topic="orders.cash").delete()
    change(
        "DELETE FROM creators_entry WHERE account_id IN (SELECT id FROM"
        " creators_account WHERE kind = 'gateway')"
    )()
    assert find_cash_faults() != []
    module = import_module("orders.migrations.0015_tell_the_ledger_of_cash")
    module.tell(apps, None)
    assert [row.key for row in Outbox.objects.filter(topic="orders.cash")] == [
        f"cash:payment:{payment.public_id}"
    ]
