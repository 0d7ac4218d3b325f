"""What every gateway promises, tried on each: the sandbox, and Stripe over HTTP."""

import datetime as dt
import json
from collections.abc import Iterator

import pytest
import time_machine

from orders.errors import (
    ChargeDisputed,
    ChargeMissing,
    DisputeClosed,
    DisputeMissing,
    GatewayUnreachable,
    NoticeForged,
)
from orders.gateways import (
    ChargeRequest,
    ChargeState,
    DisputeState,
    Evidence,
    RefundState,
)
from shopfront.common import clock
from shopfront.common.money import Money
from tests.banks import Bank, SandboxBank, StripeBank
from tests.stripe_fake import FakeStripe

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
EVIDENCE = Evidence("Sam", "sam@people.example", "Leeds", "1 x stool", "It was sent.")


@pytest.fixture(params=["sandbox", "stripe"])
def bank(request: pytest.FixtureRequest) -> Iterator[Bank]:
    """Work the bank behind each gateway in turn."""
    if request.param == "sandbox":
        yield SandboxBank()
        return
    fake: FakeStripe = request.getfixturevalue("stripe_fake")
    yield StripeBank(fake)


def later(**wait: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + dt.timedelta(**wait), tick=False)


def pay(bank: Bank, key: str = "key-1", amount: int = 5000) -> str:
    """Charge, and return the provider's id of the charge."""
    return bank.gateway.charge(bank.wish(amount=amount), key=key).provider_ref


def test_a_stored_request_comes_back_word_for_word(bank: Bank) -> None:
    request = bank.wish(customer="somebody", keeps_card=True)
    stored = json.loads(json.dumps(request.as_json()))
    assert ChargeRequest.from_json(stored) == request
    oldest = {name: stored[name] for name in list(stored)[:5]}
    assert ChargeRequest.from_json(oldest).reference == request.reference


def test_each_way_to_pay_is_answered_and_found_as_answered(bank: Bank) -> None:
    wanted = {
        bank.tokens.approve: ChargeState.SUCCEEDED,
        bank.tokens.decline: ChargeState.DECLINED,
        bank.tokens.authenticate: ChargeState.AUTHENTICATING,
        bank.tokens.slow: ChargeState.WAITING,
    }
    for token, state in wanted.items():
        assert bank.gateway.accepts(token)
        result = bank.gateway.charge(bank.wish(token), key=f"key-{token}")
        assert result.state == state
        assert bool(result.action_url) == (state == ChargeState.AUTHENTICATING)
        assert bool(result.failure_code) == (state == ChargeState.DECLINED)
        assert bank.gateway.find_charge(result.provider_ref) == result


def test_nonsense_from_a_form_is_no_way_to_pay(bank: Bank) -> None:
    for nonsense in ("", "free", "pm_" + "x" * 200, "pm_\n", "kept:nothing"):
        assert not bank.gateway.accepts(nonsense)


def test_a_key_charges_once_and_only_its_own_request(bank: Bank) -> None:
    request = bank.wish()
    first = bank.gateway.charge(request, key="key-1")
    assert bank.gateway.charge(request, key="key-1") == first
    assert bank.count_charges() == 1
    with pytest.raises(ValueError, match="another request"):
        bank.gateway.charge(bank.wish(), key="key-1")
    assert bank.count_charges() == 1


def test_a_declined_charge_is_declined_again_by_its_key(bank: Bank) -> None:
    request = bank.wish(bank.tokens.decline)
    first = bank.gateway.charge(request, key="key-1")
    assert bank.gateway.charge(request, key="key-1") == first
    assert bank.gateway.cancel(first.provider_ref) == first


def test_what_can_never_be_charged_is_declined(bank: Bank) -> None:
    result = bank.gateway.charge(bank.wish(bank.tokens.unknown), key="key-1")
    assert result.state == ChargeState.DECLINED
    assert 0 < len(result.failure_code) <= 40


def test_a_lost_answer_can_be_asked_for_again(bank: Bank) -> None:
    request = bank.wish_unheard()
    with pytest.raises(GatewayUnreachable):
        bank.gateway.charge(request, key="key-1")
    result = bank.gateway.charge(request, key="key-1")
    assert result.state == ChargeState.SUCCEEDED
    assert bank.count_charges() == 1


def test_after_a_day_a_charge_is_looked_up_and_never_made_anew(bank: Bank) -> None:
    arrived, lost = bank.wish(), bank.wish()
    first = bank.gateway.charge(arrived, key="key-1")
    with later(hours=25):
        bank.forget_keys()
        assert bank.gateway.charge(arrived, key="key-1") == first
        never = bank.gateway.charge(lost, key="key-2")
    assert never.state == ChargeState.CANCELLED
    assert bank.count_charges() == 1


@pytest.mark.parametrize("is_approved", [True, False])
def test_authentication_is_answered_once(bank: Bank, is_approved: bool) -> None:
    wanted = ChargeState.SUCCEEDED if is_approved else ChargeState.DECLINED
    asked = bank.gateway.charge(bank.wish(bank.tokens.authenticate), key="key-1")
    for answer in (is_approved, not is_approved):
        bank.authenticate(asked.provider_ref, is_approved=answer)
        found = bank.gateway.find_charge(asked.provider_ref)
        assert (found.state, found.action_url) == (wanted, "")
    assert bank.gateway.cancel(asked.provider_ref).state == wanted


def test_a_slow_charge_is_decided_later(bank: Bank) -> None:
    slow = bank.gateway.charge(bank.wish(bank.tokens.slow), key="key-1")
    bank.decide(slow.provider_ref)
    assert bank.gateway.find_charge(slow.provider_ref).state == ChargeState.SUCCEEDED


def test_only_what_is_undecided_is_cancelled_and_stays_so(bank: Bank) -> None:
    asked = bank.gateway.charge(bank.wish(bank.tokens.authenticate), key="key-1")
    for _attempt in range(2):
        assert bank.gateway.cancel(asked.provider_ref).state == ChargeState.CANCELLED
    bank.authenticate(asked.provider_ref, is_approved=True)
    assert bank.gateway.find_charge(asked.provider_ref).state == ChargeState.CANCELLED
    paid = pay(bank, key="key-2")
    assert bank.gateway.cancel(paid).state == ChargeState.SUCCEEDED


def test_unknown_charges_and_disputes_are_missing(bank: Bank) -> None:
    for act in (bank.gateway.find_charge, bank.gateway.cancel):
        with pytest.raises(ChargeMissing):
            act("nothing")
    assert bank.gateway.find_disputes("nothing") == []
    with pytest.raises(DisputeMissing):
        bank.gateway.accept_dispute("nothing")
    with pytest.raises(DisputeMissing):
        bank.gateway.answer_dispute("nothing", EVIDENCE, key="answer-1")


def test_refunds_happen_once_per_key_and_never_exceed_the_charge(bank: Bank) -> None:
    charge = pay(bank, amount=1000)
    first = bank.gateway.refund(charge, Money(600, "GBP"), key="refund-1")
    assert bank.gateway.refund(charge, Money(600, "GBP"), key="refund-1") == first
    with pytest.raises(ValueError, match="more would go back"):
        bank.gateway.refund(charge, Money(401, "GBP"), key="refund-2")
    assert bank.count_refunds() == 1
    with later(days=2):
        bank.forget_keys()
        again = bank.gateway.refund(charge, Money(600, "GBP"), key="refund-1")
    assert (again, bank.count_refunds()) == (first, 1)
    assert bank.gateway.refund(charge, Money(400, "GBP"), key="refund-3") != first


def test_only_what_succeeded_is_refunded(bank: Bank) -> None:
    asked = bank.gateway.charge(bank.wish(bank.tokens.authenticate), key="key-1")
    for reference in (asked.provider_ref, "nothing"):
        with pytest.raises(ChargeMissing):
            bank.gateway.refund(reference, Money(1, "GBP"), key="refund-1")
    assert bank.count_refunds() == 0


def test_a_refund_that_came_back_is_told_and_can_be_sent_by_a_new_key(
    bank: Bank,
) -> None:
    charge = pay(bank, amount=1000)
    assert bank.gateway.find_refunds(charge) == []
    assert bank.gateway.find_refunds("nothing") == []
    whole = Money(1000, "GBP")
    first = bank.gateway.refund(charge, whole, key="refund-1")
    [sent] = bank.gateway.find_refunds(charge)
    assert (sent.provider_ref, sent.key, sent.reason) == (first, "refund-1", "")
    assert sent.state == RefundState.DONE
    bank.fail_refund(first)
    body = bank.list_notices()[-1]
    assert charge in body.decode()
    notice = bank.gateway.read_notice(body, bank.sign(body))
    assert notice.reference or notice.charge_ref == charge
    [back] = bank.gateway.find_refunds(charge)
    assert (back.state, bool(back.reason)) == (RefundState.FAILED, True)
    assert bank.gateway.refund(charge, whole, key="refund-1") == first
    again = bank.gateway.refund(charge, whole, key="refund-1-1")
    assert again != first
    states = {one.key: one.state for one in bank.gateway.find_refunds(charge)}
    assert states == {"refund-1": "failed", "refund-1-1": "done"}


def test_a_card_is_kept_on_request_charged_again_and_forgotten(bank: Bank) -> None:
    assert bank.gateway.describe().keeps_cards
    assert bank.gateway.charge(bank.wish(), key="key-1").card is None
    first = bank.gateway.charge(bank.wish(keeps_card=True), key="key-2")
    card = first.card
    assert card is not None
    assert len(card.last4) == 4
    assert bank.gateway.find_charge(first.provider_ref).card == card

    def charge_kept(customer: str, key: str) -> ChargeState:
        wish = bank.wish(card.provider_ref, customer=customer)
        return bank.gateway.charge(wish, key=key).state

    assert charge_kept(card.customer_ref, "key-3") == ChargeState.SUCCEEDED
    assert charge_kept("", "key-4") == ChargeState.DECLINED
    assert charge_kept("somebody-else", "key-5") == ChargeState.DECLINED
    for _attempt in range(2):
        bank.gateway.forget_card(card.provider_ref)
    assert charge_kept(card.customer_ref, "key-6") == ChargeState.DECLINED


def test_a_card_is_kept_after_authentication_too(bank: Bank) -> None:
    wish = bank.wish(bank.tokens.authenticate, keeps_card=True)
    asked = bank.gateway.charge(wish, key="key-1")
    assert asked.card is None
    bank.authenticate(asked.provider_ref, is_approved=True)
    assert bank.gateway.find_charge(asked.provider_ref).card is not None


@pytest.mark.parametrize("is_won", [True, False])
def test_a_dispute_is_found_answered_once_and_decided(bank: Bank, is_won: bool) -> None:
    charge = pay(bank, amount=1000)
    assert bank.gateway.find_disputes(charge) == []
    bank.dispute(charge)
    [found] = bank.gateway.find_disputes(charge)
    assert (found.state, found.charge_ref) == (DisputeState.OPEN, charge)
    assert found.amount == Money(1000, "GBP")
    assert found.due_at is not None
    assert found.due_at > found.opened_at
    with pytest.raises(ChargeDisputed):
        bank.gateway.refund(charge, Money(1000, "GBP"), key="refund-1")
    answer = bank.gateway.answer_dispute
    for _attempt in range(2):
        told = answer(found.provider_ref, EVIDENCE, key="answer-1")
        assert told.state == DisputeState.ANSWERED
        bank.forget_keys()
    other = Evidence("Sam", "", "", "", "Something else.")
    with pytest.raises(DisputeClosed):
        answer(found.provider_ref, other, key="answer-2")
    bank.close_dispute(found.provider_ref, is_won=is_won)
    [decided] = bank.gateway.find_disputes(charge)
    assert decided.state == (DisputeState.WON if is_won else DisputeState.LOST)
    assert bank.gateway.accept_dispute(found.provider_ref) == decided


def test_a_dispute_can_be_given_in_to(bank: Bank) -> None:
    charge = pay(bank)
    bank.dispute(charge)
    [found] = bank.gateway.find_disputes(charge)
    for _attempt in range(2):
        lost = bank.gateway.accept_dispute(found.provider_ref)
        assert lost.state == DisputeState.LOST


def test_disputes_of_all_charges_are_listed_since_a_moment(bank: Bank) -> None:
    charges = {pay(bank, key=f"key-{number}") for number in range(2)}
    for charge in charges:
        bank.dispute(charge)
    hour = dt.timedelta(hours=1)
    listed = bank.gateway.list_disputes(clock.now() - hour)
    assert {dispute.charge_ref for dispute in listed} == charges
    assert bank.gateway.list_disputes(clock.now() + hour) == []


def test_a_notice_names_its_payment_and_its_event(bank: Bank) -> None:
    request = bank.wish()
    charge = bank.gateway.charge(request, key="key-1").provider_ref
    [body] = bank.list_notices()
    notice = bank.gateway.read_notice(body, bank.sign(body))
    assert notice.reference == request.reference
    assert notice.provider_id
    assert "email" not in json.dumps(dict(notice.body))
    bank.dispute(charge)
    disputed = bank.list_notices()[-1]
    told = bank.gateway.read_notice(disputed, bank.sign(disputed))
    assert request.reference == told.reference or charge == told.charge_ref
    assert told.provider_id != notice.provider_id


def test_forged_old_and_changed_notices_are_refused(bank: Bank) -> None:
    pay(bank)
    [body] = bank.list_notices()
    headers = bank.sign(body)
    [(name, proof)] = headers.items()
    read = bank.gateway.read_notice
    for wrong in ("", "é", "0" * 64, "t=x,v1=y", f"{proof}0", proof[:-1]):
        with pytest.raises(NoticeForged):
            read(body, {name: wrong})
    with pytest.raises(NoticeForged):
        read(body, {})
    with pytest.raises(NoticeForged):
        read(body.replace(b"id", b"di", 1), headers)
    with later(minutes=6), pytest.raises(NoticeForged):
        read(body, headers)
    for unreadable in (b"\xff", b"{}", b"[]", b"null", b"no json"):
        with pytest.raises(NoticeForged):
            read(unreadable, bank.sign(unreadable))
