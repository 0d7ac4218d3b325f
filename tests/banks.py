"""The banks behind the gateways, as tests work them: one for each gateway."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from orders.gateways import ChargeRequest, Gateway
from orders.gateways import sandbox_disputes as disputes
from orders.gateways import sandbox_notices as notices
from orders.gateways.sandbox import SandboxGateway, decide_authentication
from orders.gateways.stripe import SIGNATURE, StripeGateway
from orders.models import SandboxCharge, SandboxDispute, SandboxRefund
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from tests.stripe_fake import FakeStripe


@dataclass(frozen=True)
class Tokens:
    """What a form names to be answered in a known way."""

    approve: str
    decline: str
    authenticate: str
    slow: str
    unknown: str


class Bank(ABC):
    """What a test does at the other end of a gateway."""

    gateway: Gateway
    tokens: Tokens

    def wish(
        self,
        method: str = "",
        *,
        amount: int = 5000,
        customer: str = "",
        keeps_card: bool = False,
    ) -> ChargeRequest:
        """Write a request to charge."""
        return ChargeRequest(
            reference=new_public_id(),
            amount_minor=amount,
            currency="GBP",
            method=method or self.tokens.approve,
            return_url="/back/",
            email="sam@people.example",
            made_at=clock.now().isoformat(),
            customer=customer,
            keeps_card=keeps_card,
        )

    @abstractmethod
    def wish_unheard(self) -> ChargeRequest:
        """Write a request that is charged while its answer is lost."""

    @abstractmethod
    def authenticate(self, charge_ref: str, *, is_approved: bool) -> None:
        """Be the shopper on the bank's page."""

    @abstractmethod
    def decide(self, charge_ref: str) -> None:
        """Decide a slow charge."""

    @abstractmethod
    def dispute(self, charge_ref: str) -> None:
        """Be the shopper who asks their bank for the money."""

    @abstractmethod
    def close_dispute(self, dispute_ref: str, *, is_won: bool) -> None:
        """Decide a dispute."""

    @abstractmethod
    def fail_refund(self, refund_ref: str) -> None:
        """Be the shopper's bank that sends a refund back."""

    @abstractmethod
    def forget_keys(self) -> None:
        """Forget idempotency keys, as providers do after a day."""

    @abstractmethod
    def count_charges(self) -> int:
        """Count the charges ever booked."""

    @abstractmethod
    def count_refunds(self) -> int:
        """Count the refunds ever booked."""

    @abstractmethod
    def list_notices(self) -> list[bytes]:
        """List the bodies of the webhooks so far."""

    @abstractmethod
    def sign(self, body: bytes) -> dict[str, str]:
        """Return the headers that prove a webhook now."""


class SandboxBank(Bank):
    """The pretended bank of the sandbox."""

    def __init__(self) -> None:
        self.gateway = SandboxGateway()
        self.tokens = Tokens(
            "approve", "decline", "authenticate", "slow", f"card{new_public_id()}"
        )

    def wish_unheard(self) -> ChargeRequest:
        """Choose the way to pay that times out."""
        return self.wish("timeout")

    def authenticate(self, charge_ref: str, *, is_approved: bool) -> None:
        """Answer on the sandbox's own page."""
        charge = SandboxCharge.objects.get(public_id=charge_ref)
        decide_authentication(charge, is_approved=is_approved)

    def decide(self, charge_ref: str) -> None:
        """Let the time come."""
        SandboxCharge.objects.filter(public_id=charge_ref).update(ready_at=clock.now())

    def dispute(self, charge_ref: str) -> None:
        """Open a chargeback."""
        disputes.open_dispute(SandboxCharge.objects.get(public_id=charge_ref))

    def close_dispute(self, dispute_ref: str, *, is_won: bool) -> None:
        """Write the decision into the books."""
        rows = SandboxDispute.objects.filter(public_id=dispute_ref)
        rows.update(state="won" if is_won else "lost")

    def fail_refund(self, refund_ref: str) -> None:
        """Write it into the books."""
        SandboxRefund.objects.filter(public_id=refund_ref).update(state="failed")

    def forget_keys(self) -> None:
        """Do nothing: the sandbox looks at the age of the request itself."""

    def count_charges(self) -> int:
        """Count the books' rows."""
        return SandboxCharge.objects.count()

    def count_refunds(self) -> int:
        """Count the books' rows."""
        return SandboxRefund.objects.count()

    def list_notices(self) -> list[bytes]:
        """Return what the shop was not told."""
        return [body for _subject, body in notices.list_untold()]

    def sign(self, body: bytes) -> dict[str, str]:
        """Sign as the sandbox does."""
        return {notices.SIGNATURE: notices.sign(body)}


class StripeBank(Bank):
    """Our own Stripe, reached by the official SDK over HTTP."""

    def __init__(self, fake: FakeStripe) -> None:
        self.fake = fake
        self.gateway = StripeGateway()
        self.tokens = Tokens(
            "pm_card_visa",
            "pm_card_chargeDeclined",
            "pm_card_authenticationRequired",
            "pm_card_processing",
            "pm_nothing",
        )

    def wish_unheard(self) -> ChargeRequest:
        """Have the next answer lost on its way."""
        self.fake.loses_next = True
        return self.wish()

    def authenticate(self, charge_ref: str, *, is_approved: bool) -> None:
        """Answer on the 3-D Secure page."""
        self.fake.authenticate(charge_ref, is_approved=is_approved)

    def decide(self, charge_ref: str) -> None:
        """Let it succeed."""
        self.fake.decide(charge_ref)

    def dispute(self, charge_ref: str) -> None:
        """Open a chargeback."""
        self.fake.open_dispute(charge_ref)

    def close_dispute(self, dispute_ref: str, *, is_won: bool) -> None:
        """Decide it."""
        self.fake.close_dispute(dispute_ref, "won" if is_won else "lost")

    def fail_refund(self, refund_ref: str) -> None:
        """Send it back."""
        self.fake.fail_refund(refund_ref)

    def forget_keys(self) -> None:
        """Forget them all."""
        self.fake.forget_keys()

    def count_charges(self) -> int:
        """Count intents."""
        return len(self.fake.intents)

    def count_refunds(self) -> int:
        """Count refunds."""
        return len(self.fake.refunds)

    def list_notices(self) -> list[bytes]:
        """Return the events so far."""
        return self.fake.list_bodies()

    def sign(self, body: bytes) -> dict[str, str]:
        """Sign as Stripe does."""
        return {SIGNATURE: self.fake.sign(body)}
