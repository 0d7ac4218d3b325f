"""Guarantees whose card payment is taken back: in every order, to the penny."""

import datetime as dt
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from creators.models import Account, Creator, Guarantee, LedgerTransaction
from creators.selectors.balances import list_balances
from creators.selectors.books import find_book_faults
from creators.selectors.guarantees import read_record
from creators.selectors.payable import sum_settled
from livestreams.errors.funding import NotFunded
from livestreams.models import Livestream
from livestreams.services.funding import choose_agreement, settle_show
from livestreams.services.shows import end_livestream, start_livestream
from orders.access import mint_funding_link
from orders.errors import DisputeClosed
from orders.gateways import DisputeFacts, DisputeState, get_gateway
from orders.gateways import sandbox_disputes as bank
from orders.models import (
    FundingLoss,
    FundingPayment,
    SandboxCharge,
    SandboxDispute,
    SandboxRefund,
)
from orders.selectors.books import find_payment_faults
from orders.services import asking
from orders.services.disputes import sweep_disputes
from orders.services.funding_losses import (
    accept_loss,
    answer_loss,
    keep_listed_dispute,
    refresh_losses,
    sweep_losses,
)
from orders.services.fundings import start_funding
from orders.services.sandbox import deliver_notices
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.common.money import Money
from shopfront.models import User
from shopfront.services import outbox
from tests.factories import (
    make_agreement,
    make_brand,
    make_brand_member,
    make_livestream,
)

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
State = FundingLoss.State


@pytest.fixture
def show(creator: Creator, shopper: User) -> Livestream:
    """Plan a show at noon whose 20 pounds a brand, the shopper's, has paid by card."""
    with time_machine.travel(NOON - dt.timedelta(days=2), tick=False):
        planned = make_livestream(creator=creator, starts_at=NOON, title="Stools")
        brand = make_brand(name="Oak & Co")
        make_brand_member(user=shopper, brand=brand)
        choose_agreement(planned, make_agreement(creator=creator, payer=brand.account))
        pay(guarantee_of(planned))
    return planned


def guarantee_of(show: Livestream) -> Guarantee:
    return Guarantee.objects.get(show_ref=show.public_id)


def pay(guarantee: Guarantee, method: str = "approve") -> FundingPayment:
    step = start_funding(
        guarantee, method=method, key=new_public_id(), return_url="/back/"
    )
    return step.payment


def first_payment(show: Livestream) -> FundingPayment:
    return FundingPayment.objects.filter(guarantee__show_ref=show.public_id).earliest(
        "pk"
    )


def dispute(show: Livestream) -> None:
    """Be the brand's bank; the webhook comes twice."""
    bank.open_dispute(
        SandboxCharge.objects.get(reference=first_payment(show).public_id)
    )
    for _ in range(2):
        deliver_notices()
        SandboxDispute.objects.update(notified_state="")


def decide(state: str) -> None:
    SandboxDispute.objects.update(state=state)
    deliver_notices()


def start(show: Livestream) -> None:
    with time_machine.travel(NOON, tick=False):
        start_livestream(show)


def end(show: Livestream, staff: User) -> None:
    """End an hour later, or call off what could not start."""
    with time_machine.travel(NOON + dt.timedelta(hours=1), tick=False):
        end_livestream(show, by=staff, reason="Over")
        settle_show(show.public_id)


def balance(show: Livestream) -> int:
    payer = Account.objects.get(pk=guarantee_of(show).agreement.payer_id)
    return -sum(payer.entries.values_list("amount_minor", flat=True))


def earned(show: Livestream) -> int:
    return sum(one.settled.minor for one in list_balances(show.creator))


def check_books() -> None:
    assert find_book_faults() == []
    assert find_payment_faults() == []


def test_a_disputed_payment_locks_the_start_until_it_is_paid_in_again(
    show: Livestream, client: Client
) -> None:
    dispute(show)
    guarantee = guarantee_of(show)
    assert (guarantee.state, guarantee.missing.minor) == (Guarantee.State.OPEN, 2000)
    with pytest.raises(NotFunded):
        start(show)
    page = client.get(
        reverse("orders:funding", args=[mint_funding_link(guarantee)])
    ).text
    assert "went back to the card that paid" in page
    assert "cannot start before the sum is paid in again" in page
    check_books()
    pay(guarantee)
    start(show)
    check_books()
    decide("won")
    assert (balance(show), guarantee_of(show).state) == (2000, Guarantee.State.FUNDED)
    check_books()


def test_payer_creator_and_staff_are_told_once(
    show: Livestream, staff: User, shopper: User, mailoutbox: list[Any]
) -> None:
    outbox.relay()
    mailoutbox.clear()
    dispute(show)
    outbox.relay()
    told = {mail.to[0]: mail for mail in mailoutbox}
    people = {staff.email, shopper.email, show.creator.user.email}
    assert (set(told), len(mailoutbox)) == (people, 3)
    assert "/funding/" in told[shopper.email].body
    assert "Not paid in any more: Stools" in told[show.creator.user.email].subject
    loss = FundingLoss.objects.get()
    assert loss.public_id in told[staff.email].body
    mailoutbox.clear()
    decide("won")
    outbox.relay()
    subjects = sorted(mail.subject for mail in mailoutbox)
    assert subjects[1:] == [
        "It stays paid: the guarantee of “Stools”",
        "Paid in: Stools",
    ]
    assert "came back to us" in subjects[0]


@pytest.mark.parametrize(
    "order",
    [
        steps
        for steps in permutations(["start", "end", "taken", "won"])
        if steps.index("start") < steps.index("end")
        and steps.index("taken") < steps.index("won")
    ],
)
def test_money_that_comes_back_leaves_all_as_if_it_had_stayed(
    show: Livestream, staff: User, order: tuple[str, ...]
) -> None:
    acts: dict[str, Callable[[], None]] = {
        "start": lambda: start(show),
        "end": lambda: end(show, staff),
        "taken": lambda: dispute(show),
        "won": lambda: decide("won"),
    }
    has_begun = True
    for step in order:
        try:
            acts[step]()
        except NotFunded:
            has_begun = False
        check_books()
    assert has_begun == (order[:2] != ("taken", "start"))
    assert (earned(show), balance(show)) == ((2000, 0) if has_begun else (0, 2000))
    assert LedgerTransaction.objects.filter(kind="funding_taken").count() == 1


@pytest.mark.parametrize("order", [("taken", "end"), ("end", "taken")])
def test_a_creator_keeps_what_a_lost_dispute_leaves_the_brand_to_owe(
    show: Livestream, staff: User, client: Client, order: tuple[str, str]
) -> None:
    start(show)
    for step in order:
        dispute(show) if step == "taken" else end(show, staff)
    decide("lost")
    check_books()
    assert (earned(show), balance(show)) == (2000, -2000)
    guarantee = guarantee_of(show)
    assert (guarantee.state, guarantee.due_minor) == (Guarantee.State.EARNED, 2000)
    payer = guarantee.agreement.payer
    assert sum_settled(payer, now=clock.now(), settle_days=30) == -2000
    record = read_record(payer)
    assert (record.count, record.in_time) == (1, 0)
    address = reverse("orders:funding", args=[mint_funding_link(guarantee)])
    assert "so the sum is owed" in client.get(address).text


def test_what_somebody_pays_back_at_the_gateway_is_seen_and_may_fail(
    show: Livestream,
) -> None:
    payment = first_payment(show)
    get_gateway().refund(payment.provider_ref, Money(500, "GBP"), key="by-hand")
    for _ in range(2):
        deliver_notices()
    guarantee = guarantee_of(show)
    assert (guarantee.funded_minor, guarantee.missing.minor) == (1500, 500)
    loss = FundingLoss.objects.get()
    assert (loss.kind, loss.state) == (FundingLoss.Kind.REFUND, State.LOST)
    with pytest.raises(DisputeClosed):
        answer_loss(loss, by=show.creator.user)
    check_books()
    SandboxRefund.objects.update(state="failed")
    deliver_notices()
    assert guarantee_of(show).is_funded
    check_books()


def test_money_beyond_the_need_and_of_a_show_called_off_is_taken_from_the_payer(
    show: Livestream, staff: User
) -> None:
    end(show, staff)
    assert balance(show) == 2000
    dispute(show)
    assert (balance(show), guarantee_of(show).state) == (0, Guarantee.State.RETURNED)
    check_books()


def test_what_no_webhook_told_is_swept_up(show: Livestream) -> None:
    payment = first_payment(show)
    charge = SandboxCharge.objects.get(reference=payment.public_id)
    get_gateway().refund(payment.provider_ref, Money(500, "GBP"), key="by-hand")
    assert sweep_losses() == 1
    bank.open_dispute(charge)
    for _ in range(2):
        assert sweep_disputes() == 1
    assert payment.losses.count() == 2
    guarantee = guarantee_of(show)
    assert (guarantee.funded_minor, balance(show)) == (0, -500)
    check_books()
    with time_machine.travel(clock.now() + dt.timedelta(days=20), tick=False):
        assert sweep_losses() == 2
    assert payment.losses.get(kind="dispute").state == State.LOST


def test_a_sweep_asks_about_all_however_many_are_of_later_shows(
    show: Livestream, monkeypatch: pytest.MonkeyPatch
) -> None:
    get_gateway().refund(first_payment(show).provider_ref, Money(500, "GBP"), key="one")
    brand = make_brand(name="Elm & Co")
    agreement = make_agreement(creator=show.creator, payer=brand.account)
    with time_machine.travel(NOON - dt.timedelta(days=2), tick=False):
        later = make_livestream(
            creator=show.creator, starts_at=NOON + dt.timedelta(days=1)
        )
        choose_agreement(later, agreement)
        pay(guarantee_of(later))
    get_gateway().refund(first_payment(later).provider_ref, Money(700, "GBP"), key="x")
    monkeypatch.setattr(asking, "PORTION", 1)
    assert sweep_losses() == 2
    assert FundingLoss.objects.count() == 2
    check_books()


def test_a_bank_that_only_asks_has_taken_nothing(show: Livestream) -> None:
    payment = first_payment(show)

    def tell(state: DisputeState, *, is_inquiry: bool) -> FundingLoss:
        facts = DisputeFacts(
            provider_ref="dp_1",
            charge_ref=payment.provider_ref,
            state=state,
            amount=payment.amount,
            reason="fraudulent",
            opened_at=clock.now(),
            due_at=None,
            is_inquiry=is_inquiry,
        )
        keep_listed_dispute(payment.gateway, facts)
        return FundingLoss.objects.get()

    assert tell(DisputeState.OPEN, is_inquiry=True).taken_at is None
    assert guarantee_of(show).is_funded
    assert tell(DisputeState.OPEN, is_inquiry=False).taken_at is not None
    assert not guarantee_of(show).is_funded
    assert tell(DisputeState.LOST, is_inquiry=False).state == State.LOST
    assert tell(DisputeState.OPEN, is_inquiry=False).state == State.LOST
    assert tell(DisputeState.WON, is_inquiry=False).back_at is not None
    assert tell(DisputeState.OPEN, is_inquiry=False).state == State.WON
    check_books()


def test_staff_answer_and_give_in_at_the_desk(
    show: Livestream, staff: User, client: Client
) -> None:
    dispute(show)
    loss = FundingLoss.objects.get()
    client.force_login(staff)
    desk = "/admin/orders/fundingloss/"
    told = {"_selected_action": [loss.pk], "decided": "1"}
    client.post(desk, told | {"action": "answer", "reason": "Agreed by e-mail."})
    loss.refresh_from_db()
    assert loss.state == State.ANSWERED
    assert "Guarantee of the live show “Stools”" in loss.evidence["product"]
    assert loss.evidence["story"].endswith("Agreed by e-mail.")
    answer_loss(loss, by=staff, note="Other words.")
    client.post(desk, told | {"action": "accept", "reason": "No proof."})
    loss.refresh_from_db()
    assert loss.state == State.LOST
    accept_loss(loss, by=staff, reason="Once more.")
    assert refresh_losses(loss.payment) == 1
    for path in (desk, f"{desk}{loss.pk}/change/", "/admin/orders/fundingpayment/"):
        assert client.get(path).status_code == 200
    check_books()
