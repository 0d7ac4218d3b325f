"""Chargebacks: found, told to staff, answered with the order, taken back when lost."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from catalog.models import Variant
from creators.models import Entry, LedgerTransaction
from creators.selectors.books import find_book_faults
from livestreams.services.attribution import attribute_order
from orders.access import Shopper
from orders.errors import DisputeClosed, GatewayUnreachable
from orders.gateways import sandbox_disputes as bank
from orders.gateways import sandbox_notices as notices
from orders.models import Dispute, Payment, SandboxCharge, SandboxDispute
from orders.services.disputes import (
    accept_dispute,
    answer_dispute,
    refresh_disputes,
    sweep_disputes,
)
from orders.services.payments import start_payment
from orders.services.sandbox import deliver_notices
from shopfront.common import clock
from shopfront.models import Audit, Outbox, User
from shopfront.services import outbox
from tests.integration.orders.conftest import ordered

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


def later(**wait: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + dt.timedelta(**wait), tick=False)


@pytest.fixture
def payment(variant: Variant, guest: Shopper) -> Payment:
    """Pay for two stools, and have them in the books."""
    checkout = ordered(variant, guest, quantity=2)
    step = start_payment(
        checkout, shopper=guest, method="approve", key="one-attempt", return_url="/"
    )
    attribute_order(checkout.orders.get().public_id)
    return step.payment


@pytest.fixture
def dispute(payment: Payment) -> Dispute:
    """Have the shopper's bank take the payment back."""
    bank.open_dispute(SandboxCharge.objects.get(public_id=payment.provider_ref))
    refresh_disputes(payment)
    return payment.disputes.get()


def test_a_dispute_is_kept_once_and_told_to_staff(
    dispute: Dispute, staff: User, mailoutbox: list[Any]
) -> None:
    payment = dispute.payment
    assert dispute.state == Dispute.State.OPEN
    assert dispute.amount == payment.amount
    for _attempt in range(2):
        assert refresh_disputes(payment) == 1
        deliver_notices()
        outbox.relay()
    assert Dispute.objects.count() == 1
    [mail] = [mail for mail in mailoutbox if "disputes" in mail.subject]
    assert mail.bcc == [staff.email]
    assert dispute.public_id in mail.body


def test_a_dispute_whose_webhook_was_lost_is_swept_up(payment: Payment) -> None:
    bank.open_dispute(SandboxCharge.objects.get(public_id=payment.provider_ref))
    assert sweep_disputes() == 1
    assert payment.disputes.get().state == Dispute.State.OPEN
    with later(days=9):
        assert sweep_disputes() == 1
    assert payment.disputes.get().state == Dispute.State.LOST


def test_the_evidence_is_the_order_as_it_was_sold(
    dispute: Dispute, staff: User
) -> None:
    answered = answer_dispute(dispute, by=staff, note="Signed for on Monday.")
    assert answered.state == Dispute.State.ANSWERED
    sent = SandboxDispute.objects.get().evidence
    assert sent == answered.evidence
    order = dispute.payment.checkout.orders.get()
    for fact in (order.number, "Walnut stool", "£25.00", "Signed for on Monday."):
        assert fact in sent["story"]
    assert sent["customer_email"] == order.email
    assert sent["address"] == "Sam Example, 1 High Street, LS1 1AA, Leeds"
    assert Audit.objects.get(action="orders.answer_dispute").actor == staff
    with later(seconds=7):
        deliver_notices()
    dispute.refresh_from_db()
    assert dispute.state == Dispute.State.WON
    assert dispute.closed_at is not None
    assert not Outbox.objects.filter(topic="orders.dispute_lost").exists()


def test_a_lost_answer_is_sent_again_word_for_word(
    dispute: Dispute, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(bank, "answer", _lose)
        with pytest.raises(GatewayUnreachable):
            answer_dispute(dispute, by=staff, note="First words.")
    answer_dispute(dispute, by=staff, note="Other words.")
    story = SandboxDispute.objects.get().evidence["story"]
    assert "First words." in story
    assert "Other words." not in story
    assert answer_dispute(dispute, by=staff).state == Dispute.State.ANSWERED


def test_what_is_decided_cannot_be_answered_and_stays_decided(
    dispute: Dispute, staff: User
) -> None:
    SandboxDispute.objects.update(state="lost")
    refresh_disputes(dispute.payment)
    with pytest.raises(DisputeClosed):
        answer_dispute(dispute, by=staff)
    SandboxDispute.objects.update(state="open")
    refresh_disputes(dispute.payment)
    dispute.refresh_from_db()
    assert dispute.state == Dispute.State.LOST


def test_a_lost_dispute_takes_the_sale_back_once(dispute: Dispute, staff: User) -> None:
    for _attempt in range(2):
        accept_dispute(dispute, by=staff, reason="We never sent it.")
        outbox.relay()
    Outbox.objects.filter(topic="orders.dispute_lost").update(state="waiting")
    outbox.relay()
    assert LedgerTransaction.objects.filter(kind="reversal").count() == 2
    assert sum_taken_back() == dispute.amount_minor
    assert find_book_faults() == []


def test_half_a_dispute_takes_half_of_goods_and_delivery_back(dispute: Dispute) -> None:
    order = dispute.payment.checkout.orders.get()
    assert order.shipping_minor > 0
    half = dispute.amount_minor // 2
    Dispute.objects.filter(pk=dispute.pk).update(amount_minor=half)
    outbox.post("orders.dispute_lost", dispute.public_id)
    outbox.relay()
    assert LedgerTransaction.objects.filter(kind="reversal").count() == 2
    assert sum_taken_back() == half
    assert find_book_faults() == []


def test_staff_answer_and_accept_disputes_at_the_desk(
    dispute: Dispute, staff: User, client: Client
) -> None:
    client.force_login(staff)
    queue = client.get("/admin/orders/dispute/")
    assert dispute.amount.format() in queue.content.decode()
    told = {"_selected_action": [dispute.pk], "decided": "1"}
    for action, words in (("answer", "Delivered."), ("accept", "Lost in the post.")):
        client.post(
            "/admin/orders/dispute/", told | {"action": action, "reason": words}
        )
        dispute.refresh_from_db()
    assert "Delivered." in dispute.evidence["story"]
    assert dispute.state == Dispute.State.LOST
    assert (
        client.get(f"/admin/orders/payment/{dispute.payment_id}/change/").status_code
        == 200
    )
    assert [body for _one, body in notices.list_untold()]


def sum_taken_back() -> int:
    """Sum what the ledger says was taken back from the shopper's side."""
    entries = Entry.objects.filter(
        transaction__kind="reversal", account__kind="shopper_clearing"
    )
    return -sum(entries.values_list("amount_minor", flat=True))


def _lose(*_facts: object) -> None:
    raise GatewayUnreachable
