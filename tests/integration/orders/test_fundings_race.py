"""Many at once: a guarantee is charged once and lost once, a remote has one device."""

import threading

import pytest
from django.db import transaction

from creators.models import Guarantee, GuaranteeFunding
from creators.selectors.books import find_book_faults
from creators.services.guarantees import open_guarantee
from livestreams.models import RemoteControl
from livestreams.services.remotes import make_remote, take_remote
from orders.gateways import sandbox_disputes as disputes
from orders.models import FundingLoss, FundingPayment, SandboxCharge
from orders.services.funding_losses import refresh_losses
from orders.services.fundings import start_funding
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from tests.factories import make_agreement, make_brand, make_creator, make_livestream
from tests.integration.orders.test_races import at_once

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True, databases=["default", "sandbox"]),
]
CROWD = 6
REFUSALS = {"orders.payment_in_flight", "creators.guarantee_not_open"}


def open_one() -> Guarantee:
    agreement = make_agreement(creator=make_creator(), payer=make_brand().account)
    with transaction.atomic():
        opened = open_guarantee(
            agreement,
            show_ref=new_public_id(),
            title="Stools",
            starts_at=clock.now(),
        )
    assert opened is not None
    return opened


def test_many_who_pay_a_guarantee_at_once_are_charged_once() -> None:
    guarantee = open_one()

    def pay(_number: int) -> object:
        step = start_funding(
            guarantee, method="approve", key=new_public_id(), return_url="/"
        )
        return step.payment.state

    results = at_once(pay, CROWD)
    assert results.count("paid") == 1
    assert set(results) - {"paid"} <= REFUSALS
    guarantee.refresh_from_db()
    assert guarantee.state == Guarantee.State.FUNDED
    assert SandboxCharge.objects.count() == GuaranteeFunding.objects.count() == 1


def test_many_webhooks_of_one_dispute_take_the_money_back_once() -> None:
    guarantee = open_one()
    step = start_funding(guarantee, method="approve", key="attempt-1", return_url="/")
    disputes.open_dispute(SandboxCharge.objects.get())
    results = at_once(lambda _number: refresh_losses(step.payment), CROWD)
    assert results == [1] * CROWD
    assert FundingLoss.objects.count() == 1
    funding = GuaranteeFunding.objects.get()
    assert (funding.lost_minor, funding.kept_minor) == (funding.amount_minor, 0)
    guarantee.refresh_from_db()
    assert guarantee.state == Guarantee.State.OPEN
    assert find_book_faults() == []


def test_without_the_lock_a_guarantee_is_asked_for_many_times() -> None:
    """The negative control: looking first and writing then charges each of them."""
    guarantee = open_one()
    looked = threading.Barrier(CROWD)

    def pay(_number: int) -> object:
        is_free = not FundingPayment.objects.filter(guarantee=guarantee).exists()
        looked.wait(timeout=20)
        return is_free

    assert at_once(pay, CROWD).count(True) > 1


def test_many_devices_at_once_give_one_remote_control() -> None:
    show = make_livestream()
    remote = make_remote(show, by=show.creator.user)

    def take(_number: int) -> object:
        return len(take_remote(remote, device="Phone")) > 0

    results = at_once(take, CROWD)
    assert results.count(True) == 1
    assert results.count("livestreams.remote_missing") == CROWD - 1
    assert RemoteControl.objects.exclude(key_hash="").count() == 1
