"""What every gateway promises, tried on each that is set up here."""

import datetime as dt
import json

import pytest
import time_machine

from orders.errors import (
    ChargeMissing,
    GatewayMissing,
    GatewayUnreachable,
    NoticeForged,
)
from orders.gateways import ChargeRequest, ChargeState, Gateway, get_gateway, sandbox
from orders.models import SandboxCharge, SandboxRefund
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.common.money import Money

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])


@pytest.fixture
def gateway() -> Gateway:
    return get_gateway("sandbox")


def wish(method: str = "approve", amount: int = 5000) -> ChargeRequest:
    return ChargeRequest(
        reference=new_public_id(),
        amount_minor=amount,
        currency="GBP",
        method=method,
        return_url="/back/",
    )


def test_unknown_gateways_are_refused() -> None:
    with pytest.raises(GatewayMissing):
        get_gateway("nobody")


def test_a_stored_request_comes_back_word_for_word() -> None:
    request = wish()
    stored = json.loads(json.dumps(request.as_json()))
    assert ChargeRequest.from_json(stored) == request


@pytest.mark.parametrize(
    ("method", "state"),
    [
        ("approve", ChargeState.SUCCEEDED),
        ("decline", ChargeState.DECLINED),
        ("authenticate", ChargeState.AUTHENTICATING),
        ("slow", ChargeState.WAITING),
    ],
)
def test_each_way_to_pay_is_answered(
    gateway: Gateway, method: str, state: ChargeState
) -> None:
    assert method in {offered.code for offered in gateway.list_methods()}
    result = gateway.charge(wish(method), key="key-1")
    assert result.state == state
    assert bool(result.action_url) == (state == ChargeState.AUTHENTICATING)
    assert bool(result.failure_code) == (state == ChargeState.DECLINED)
    assert gateway.find_charge(result.provider_ref) == result


def test_a_key_charges_once_and_only_its_own_request(gateway: Gateway) -> None:
    request = wish()
    first = gateway.charge(request, key="key-1")
    assert gateway.charge(request, key="key-1") == first
    assert SandboxCharge.objects.count() == 1
    with pytest.raises(ValueError, match="another request"):
        gateway.charge(wish(), key="key-1")


def test_a_lost_answer_can_be_asked_for_again(gateway: Gateway) -> None:
    request = wish("timeout")
    with pytest.raises(GatewayUnreachable):
        gateway.charge(request, key="key-1")
    assert gateway.charge(request, key="key-1").state == ChargeState.SUCCEEDED
    assert SandboxCharge.objects.count() == 1


def test_only_what_is_undecided_is_cancelled(gateway: Gateway) -> None:
    waiting = gateway.charge(wish("authenticate"), key="key-1")
    paid = gateway.charge(wish("approve"), key="key-2")
    assert gateway.cancel(waiting.provider_ref).state == ChargeState.CANCELLED
    assert gateway.cancel(waiting.provider_ref).state == ChargeState.CANCELLED
    assert gateway.cancel(paid.provider_ref).state == ChargeState.SUCCEEDED


def test_refunds_happen_once_per_key_and_never_exceed_the_charge(
    gateway: Gateway,
) -> None:
    charge = gateway.charge(wish(amount=1000), key="key-1").provider_ref
    first = gateway.refund(charge, Money(600, "GBP"), key="refund-1")
    assert gateway.refund(charge, Money(600, "GBP"), key="refund-1") == first
    with pytest.raises(ValueError, match="more would go back"):
        gateway.refund(charge, Money(401, "GBP"), key="refund-2")
    assert SandboxRefund.objects.count() == 1
    declined = gateway.charge(wish("decline"), key="key-2").provider_ref
    for reference in (declined, "nothing"):
        with pytest.raises(ChargeMissing):
            gateway.refund(reference, Money(1, "GBP"), key="refund-3")


def test_unknown_charges_are_missing(gateway: Gateway) -> None:
    with pytest.raises(ChargeMissing):
        gateway.find_charge("nothing")


def test_a_slow_charge_is_decided_in_its_time(gateway: Gateway) -> None:
    charge = gateway.charge(wish("slow"), key="key-1").provider_ref
    with time_machine.travel(clock.now() + dt.timedelta(seconds=7), tick=False):
        assert gateway.find_charge(charge).state == ChargeState.SUCCEEDED


def test_notices_are_signed(gateway: Gateway) -> None:
    request = wish()
    gateway.charge(request, key="key-1")
    [(charge, body)] = sandbox.list_untold_notices()
    notice = gateway.read_notice(body, {sandbox.SIGNATURE: sandbox.sign(body)})
    assert notice.reference == request.reference
    for wrong in ("", "é", "0" * 64):
        with pytest.raises(NoticeForged):
            gateway.read_notice(body, {sandbox.SIGNATURE: wrong})
    sandbox.mark_told(charge)
    assert sandbox.list_untold_notices() == []
