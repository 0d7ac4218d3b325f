"""Refunds that come back from the bank: owed again, told, and paid once more."""

import datetime as dt
from collections.abc import Sequence
from itertools import islice

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from catalog.models import Variant
from creators.models import Account, Entry
from creators.selectors.books import find_book_faults
from creators.tasks import check_ledger_task
from livestreams.tasks import check_sales_task
from orders.access import Shopper
from orders.errors import GatewayUnreachable
from orders.errors.refunds import RefundNotFailed, TransferUnnamed
from orders.gateways import RefundFacts
from orders.gateways.sandbox import SandboxGateway
from orders.models import Order, OrderLine, Refund, SandboxCharge, SandboxRefund
from orders.selectors.books import find_payment_faults
from orders.selectors.cash import find_cash_faults
from orders.selectors.timeline import list_moments
from orders.services import asking, failed_refunds
from orders.services.dispatching import dispatch_order
from orders.services.failed_refunds import note_transfer, pay_again, sweep_refunds
from orders.services.refunding import refund_order
from orders.services.sandbox import deliver_notices
from orders.tasks import check_invoices_task
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import Audit, User
from shopfront.services import outbox
from tests.integration.orders.test_aftercare import buy

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture
def order(variant: Variant, account: Shopper, staff: User) -> Order:
    """Buy a stool from a card that is closed before its refund."""
    order = buy(variant, account, 1)
    SandboxCharge.objects.update(choice="closed")
    dispatch_order(order, carrier="Post", by=staff, key=new_public_id())
    deliver_notices()
    outbox.relay()
    mail.outbox.clear()
    return order


@pytest.fixture
def refund(order: Order, staff: User) -> Refund:
    """Pay all of it back; the bank sends it back to us."""
    line = order.lines.get()
    refund = refund_order(
        order,
        {line.public_id: 1},
        delivery_minor=order.shipping_minor,
        by=staff,
        reason="Scratched",
        key=new_public_id(),
    )
    outbox.relay()
    refund.refresh_from_db()
    return refund


def subjects() -> list[str]:
    return [str(one.subject) for one in mail.outbox]


def test_what_comes_back_is_owed_again_told_and_paid_once_more(
    refund: Refund, order: Order, staff: User, client: Client
) -> None:
    assert refund.state == Refund.State.DONE
    for _delivery in range(2):
        deliver_notices()
        outbox.relay()
    refund.refresh_from_db()
    assert (refund.state, refund.done_at) == (Refund.State.FAILED, None)
    assert refund.failure_code == "expired_or_canceled_card"
    assert subjects().count("Your bank did not take your money back") == 1
    told = next(one for one in mail.outbox if one.bcc)
    assert told.bcc == [staff.email]
    assert any("another way" in moment.note for moment in list_moments(order))
    assert find_payment_faults() == []
    client.force_login(staff)
    assert "Refunds that came back" in client.get("/admin/").content.decode()
    mail.outbox.clear()
    client.post(
        reverse("admin:orders_refund_changelist"),
        {
            "action": "pay_again",
            "_selected_action": refund.pk,
            "decided": "1",
            "reason": "New card",
        },
    )
    outbox.relay()
    refund.refresh_from_db()
    assert (refund.state, refund.attempt) == (Refund.State.DONE, 1)
    assert SandboxRefund.objects.filter(state="done").count() == 1
    assert any("money is on its way" in one for one in subjects())
    assert Audit.objects.filter(action="orders.refund_again").count() == 1
    assert find_payment_faults() == []
    with pytest.raises(RefundNotFailed):
        pay_again(refund, by=staff, reason="Twice")


def test_a_lost_webhook_is_made_good_and_a_transfer_closes_the_debt(
    refund: Refund, staff: User
) -> None:
    SandboxRefund.objects.update(notified_state="failed")
    assert sweep_refunds() == 1
    assert sweep_refunds() == 0
    refund.refresh_from_db()
    assert refund.state == Refund.State.FAILED
    with pytest.raises(TransferUnnamed):
        note_transfer(refund, reference=" ", by=staff, reason="Paid")
    note_transfer(refund, reference="BACS 77", by=staff, reason="Paid by bank")
    with pytest.raises(RefundNotFailed):
        note_transfer(refund, reference="BACS 78", by=staff, reason="Twice")
    assert (refund.state, refund.provider_ref) == (Refund.State.DONE, "hand:BACS 77")
    bank = Entry.objects.filter(account__kind=Account.Kind.BANK)
    assert sum(one.amount_minor for one in bank) == -refund.amount_minor
    while outbox.relay():
        pass
    assert find_cash_faults() == find_book_faults() == []
    assert find_payment_faults() == []


@pytest.fixture
def lost(order: Order, staff: User) -> Refund:
    """Pay all of it back; it comes back before our process could note its sending."""
    line = order.lines.get()
    refund = refund_order(
        order,
        {line.public_id: 1},
        delivery_minor=order.shipping_minor,
        by=staff,
        reason="Torn",
        key=new_public_id(),
    )
    SandboxRefund.objects.create(
        charge=SandboxCharge.objects.get(),
        idempotency_key=refund.idempotency_key,
        amount_minor=refund.amount_minor,
        state=SandboxRefund.State.FAILED,
    )
    for _delivery in range(2):
        deliver_notices()
        outbox.relay()
    refund.refresh_from_db()
    return refund


def test_a_refund_that_fails_before_its_sending_is_noted_stays_failed(
    lost: Refund,
) -> None:
    assert lost.state == Refund.State.FAILED
    assert find_cash_faults() == find_book_faults() == find_payment_faults() == []


def test_a_refund_whose_sending_was_never_noted_is_booked_when_it_is_transferred(
    lost: Refund, staff: User
) -> None:
    note_transfer(lost, reference="BACS 79", by=staff, reason="Paid by bank")
    outbox.relay()
    assert lost.state == Refund.State.DONE
    assert find_cash_faults() == find_book_faults() == find_payment_faults() == []
    assert lost.credit_note.total_minor == lost.amount_minor


def test_a_refund_whose_sending_was_never_noted_is_booked_once_when_paid_again(
    lost: Refund, staff: User
) -> None:
    pay_again(lost, by=staff, reason="New card")
    outbox.relay()
    lost.refresh_from_db()
    assert (lost.state, lost.attempt) == (Refund.State.DONE, 1)
    assert find_cash_faults() == find_book_faults() == find_payment_faults() == []


def test_a_refund_that_nobody_notes_as_sent_is_found_in_the_books(
    staff: User, request: pytest.FixtureRequest
) -> None:
    """Negative control: without the note the money is left in clearing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(failed_refunds, "note_sent", lambda _refund: None)
        lost: Refund = request.getfixturevalue("lost")
        note_transfer(lost, reference="BACS 79", by=staff, reason="Paid by bank")
        outbox.relay()
    assert len(find_cash_faults()) == 2


def test_old_refunds_are_not_asked_about_for_ever(refund: Refund) -> None:
    SandboxRefund.objects.update(notified_state="failed")
    with time_machine.travel(clock.now() + dt.timedelta(days=15), tick=False):
        assert sweep_refunds() == 0


@pytest.fixture
def both(refund: Refund, variant: Variant, account: Shopper, staff: User) -> Refund:
    """Have a younger one come back too, and both webhooks lost; return the older."""
    younger = buy(variant, account, 1)
    SandboxCharge.objects.update(choice="closed")
    line = younger.lines.get()
    refund_order(
        younger,
        {},
        reductions={line.public_id: 100},
        by=staff,
        reason="Scratch",
        key=new_public_id(),
    )
    outbox.relay()
    SandboxRefund.objects.update(notified_state="failed")
    return refund


def test_a_sweep_asks_about_all_however_many_are_younger(
    both: Refund, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PORTION", 1)
    with monkeypatch.context() as patch:  # negative control: one portion alone
        walk = asking._walk
        patch.setattr(asking, "_walk", lambda rows: islice(walk(rows), 1))
        assert sweep_refunds() == 1
        both.refresh_from_db()
        assert both.state == Refund.State.DONE
    assert sweep_refunds() == 1
    both.refresh_from_db()
    assert both.state == Refund.State.FAILED


def test_a_payment_that_cannot_be_asked_about_does_not_stop_the_others(
    both: Refund, monkeypatch: pytest.MonkeyPatch
) -> None:
    younger = Refund.objects.exclude(pk=both.pk).get().payment
    find = SandboxGateway.find_refunds

    def find_but_one(self: SandboxGateway, ref: str) -> Sequence[RefundFacts]:
        if ref == younger.provider_ref:
            raise GatewayUnreachable
        return find(self, ref)

    monkeypatch.setattr(SandboxGateway, "find_refunds", find_but_one)
    with monkeypatch.context() as patch:
        patch.setattr(asking, "MOST_REFUSED", 1)
        with pytest.raises(GatewayUnreachable):
            sweep_refunds()
    assert sweep_refunds() == 1
    both.refresh_from_db()
    assert both.state == Refund.State.FAILED


def test_delivery_and_ledger_of_a_refund_are_checked(refund: Refund) -> None:
    outbox.relay()
    assert find_payment_faults() == []
    Order.objects.update(refunded_shipping_minor=0)
    [fault] = find_payment_faults()
    assert fault.startswith("an order says that another part of its delivery")
    order = Order.objects.get()
    Order.objects.update(refunded_shipping_minor=order.shipping_minor)
    part = refund.lines.exclude(line=None).get()
    refund.lines.filter(pk=part.pk).update(amount_minor=part.amount_minor - 1)
    Refund.objects.update(amount_minor=refund.amount_minor - 1)
    OrderLine.objects.update(refunded_minor=part.amount_minor - 1)
    faults = find_payment_faults()
    assert any("was not taken back in the ledger" in one for one in faults)


def test_every_book_is_watched_by_a_job(refund: Refund) -> None:
    outbox.relay()
    for job in (check_ledger_task, check_sales_task, check_invoices_task):
        assert job() == 0
