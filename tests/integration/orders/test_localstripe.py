"""Stripe's gateway against a Stripe that others wrote, for what that one covers.

It knows no `return_url`, no kept cards and no keys; our own fake does.
"""

import http.server
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django.fixtures import Settings

from catalog.models import Variant
from orders.access import Shopper
from orders.errors import NoticeForged
from orders.gateways import ChargeRequest, ChargeState, RefundState
from orders.gateways import stripe as adapter
from orders.gateways.stripe import StripeGateway
from orders.models import Order, Refund
from orders.selectors.books import find_payment_faults
from orders.services.cancelling import cancel_pieces
from orders.services.payments import start_payment
from shopfront.common.ids import new_public_id
from shopfront.common.money import Money
from shopfront.common.stripe import close_sessions, get_client
from shopfront.models import User
from shopfront.services import outbox
from tests.integration.orders.conftest import ordered
from tests.stripe_fake import KEY, WEBHOOK_SECRET

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
PROGRAM = Path(sys.prefix) / "localstripe" / "bin" / "localstripe"
READY_SECONDS = 30
VISA, REFUSED = "pm_card_visa", "pm_card_chargeCustomerFail"
ASKS_THE_BANK = "4000002500003155"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Run it on a free port of this machine and return its address."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        port = probe.getsockname()[1]
    base = f"http://localhost:{port}"
    with subprocess.Popen(
        [str(PROGRAM), "--from-scratch", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            await_answer(base)
            yield base
        finally:
            close_sessions()
            process.terminate()


@pytest.fixture
def gateway(
    server: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> StripeGateway:
    """Point the shop's gateway at it."""
    settings.PAYMENT_GATEWAY = "stripe"
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_WEBHOOK_SECRET = WEBHOOK_SECRET
    settings.STRIPE_API_BASE = server
    describe = adapter._describe_intent

    def describe_plainly(request: ChargeRequest, key: str) -> dict[str, Any]:
        wish: dict[str, Any] = describe(request, key)
        return {name: wish[name] for name in wish if name != "return_url"}

    monkeypatch.setattr(adapter, "_describe_intent", describe_plainly)
    return StripeGateway()


def await_answer(base: str) -> None:
    """Wait until somebody listens there."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            httpx.get(base)
        except httpx.ConnectError:
            assert time.monotonic() < deadline, "localstripe does not start"
            continue
        return


def wish(method: str) -> ChargeRequest:
    return ChargeRequest(
        reference=new_public_id(),
        amount_minor=5000,
        currency="GBP",
        method=method,
        return_url="/back/",
        email="sam@people.example",
    )


def make_card(number: str) -> str:
    """Make a card there, as the fields on our page would."""
    card = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
    wanted: Any = {"type": "card", "card": card}
    return get_client().v1.payment_methods.create(wanted).id


def authenticate(server: str, charge: str, *, is_approved: bool) -> None:
    """Answer for the shopper's bank."""
    secret = get_client().v1.payment_intents.retrieve(charge).client_secret
    answer = httpx.post(
        f"{server}/v1/payment_intents/{charge}/_authenticate",
        auth=(KEY, ""),
        data={"client_secret": secret or "", "success": str(is_approved).lower()},
    )
    assert answer.status_code in (200, 402)


class _Heard(http.server.ThreadingHTTPServer):
    """Keeps each message that comes, with its headers."""

    def __init__(self) -> None:
        self.messages: queue.Queue[tuple[bytes, Mapping[str, str]]] = queue.Queue()
        super().__init__(("127.0.0.1", 0), _Ear)


class _Ear(http.server.BaseHTTPRequestHandler):
    server: _Heard

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.messages.put((body, dict(self.headers)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_parts: object) -> None:
        """Print nothing."""


@contextmanager
def listening() -> Iterator[_Heard]:
    """Hear what is posted to us, as the shop's own address for notices would."""
    with _Heard() as heard:
        thread = threading.Thread(target=heard.serve_forever)
        thread.start()
        try:
            yield heard
        finally:
            heard.shutdown()
            thread.join()


def test_a_card_is_charged_or_declined_and_found_so(gateway: StripeGateway) -> None:
    paid = gateway.charge(wish(VISA), key="key-1")
    assert paid.state == ChargeState.SUCCEEDED
    assert gateway.find_charge(paid.provider_ref) == paid
    assert gateway.cancel(paid.provider_ref) == paid
    refused = gateway.charge(wish(REFUSED), key="key-2")
    assert (refused.state, refused.failure_code) == (
        ChargeState.DECLINED,
        "card_declined",
    )
    unknown = gateway.charge(wish("pm_unknown"), key="key-3")
    assert unknown.state == ChargeState.DECLINED


@pytest.mark.parametrize(
    ("is_approved", "state"),
    [(True, ChargeState.SUCCEEDED), (False, ChargeState.DECLINED)],
)
def test_the_bank_is_asked_and_its_answer_read(
    gateway: StripeGateway, server: str, is_approved: bool, state: ChargeState
) -> None:
    asked = gateway.charge(wish(make_card(ASKS_THE_BANK)), key="key-1")
    assert asked.state == ChargeState.AUTHENTICATING
    authenticate(server, asked.provider_ref, is_approved=is_approved)
    assert gateway.find_charge(asked.provider_ref).state == state


def test_what_is_not_decided_is_cancelled_once(gateway: StripeGateway) -> None:
    asked = gateway.charge(wish(make_card(ASKS_THE_BANK)), key="key-1")
    for _time in range(2):
        assert gateway.cancel(asked.provider_ref).state == ChargeState.CANCELLED


def test_money_goes_back_in_parts_and_once_a_key(gateway: StripeGateway) -> None:
    paid = gateway.charge(wish(VISA), key="key-1").provider_ref
    amount = Money(1200, "GBP")
    first = gateway.refund(paid, amount, key="refund-1")
    assert gateway.refund(paid, amount, key="refund-1") == first
    second = gateway.refund(paid, amount, key="refund-2")
    found = {one.key: one for one in gateway.find_refunds(paid)}
    assert {key: one.provider_ref for key, one in found.items()} == {
        "refund-1": first,
        "refund-2": second,
    }
    assert {one.state for one in found.values()} == {RefundState.DONE}


def test_a_kept_card_is_forgotten(gateway: StripeGateway) -> None:
    client = get_client().v1
    somebody = client.customers.create({"email": "sam@people.example"}).id
    card = make_card("4242424242424242")
    client.payment_methods.attach(card, {"customer": somebody})
    for _time in range(2):
        gateway.forget_card(card)
    kept = client.payment_methods.list({"customer": somebody, "type": "card"})
    assert kept.data == []


def test_its_webhook_is_believed_and_an_altered_one_is_not(
    gateway: StripeGateway, server: str
) -> None:
    with listening() as heard:
        address = f"http://127.0.0.1:{heard.server_port}/"
        answer = httpx.post(
            f"{server}/_config/webhooks/ours",
            data={"url": address, "secret": WEBHOOK_SECRET},
        )
        assert answer.status_code == 200
        made = get_client().v1.customers.create({"email": "sam@people.example"}).id
        subject: object = ""
        while subject != made:  # it tells of other tests as well
            body, headers = heard.messages.get(timeout=READY_SECONDS)
            subject = gateway.read_notice(body, headers).body["object"]
        with pytest.raises(NoticeForged):
            gateway.read_notice(body.replace(b"sam@", b"max@"), headers)


def test_an_order_is_paid_for_and_cancelled_for_its_money(
    gateway: StripeGateway, variant: Variant, guest: Shopper, staff: User
) -> None:
    checkout = ordered(variant, guest)
    start_payment(
        checkout, shopper=guest, method=VISA, key=new_public_id(), return_url="/"
    )
    order = checkout.orders.get()
    assert order.state == Order.State.PAID
    cancel_pieces(order, by=staff, reason="Sold twice", key=new_public_id())
    outbox.relay()
    refund = Refund.objects.get(payment__checkout=checkout)
    theirs = gateway.find_refunds(refund.payment.provider_ref)
    assert [one.provider_ref for one in theirs] == [refund.provider_ref]
    assert refund.state == Refund.State.DONE
    assert find_payment_faults() == []
