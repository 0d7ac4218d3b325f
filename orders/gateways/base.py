"""What every payment gateway must do: one documented class and its facts.

To add a gateway, subclass `Gateway`, name it in `registry`, give it a bank in
tests/banks.py and let it pass tests/integration/orders/test_conformance.py.
"""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from shopfront.common.money import Money


class ChargeState(StrEnum):
    """What a provider says of a charge; the last three are final."""

    WAITING = "waiting"
    AUTHENTICATING = "authenticating"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class DisputeState(StrEnum):
    """What a provider says of a chargeback; the last two are final."""

    OPEN = "open"
    ANSWERED = "answered"
    WON = "won"
    LOST = "lost"


class RefundState(StrEnum):
    """What a provider says of a refund; one that is done may still fail later."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """One wish to charge, stored word for word before it is sent.

    `reference` is our payment's public id, `method` one of the gateway's methods or
    a token of its page script, `return_url` where the shopper comes back to,
    `customer` whose kept card it is, `made_at` when it was first sent.
    """

    reference: str
    amount_minor: int
    currency: str
    method: str
    return_url: str
    email: str = ""
    customer: str = ""
    keeps_card: bool = False
    made_at: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the request as it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read a stored request back, unchanged."""
        return cls(**stored)


@dataclass(frozen=True, slots=True)
class Card:
    """A card that the provider keeps: what a shopper knows it by, and its tokens."""

    customer_ref: str
    provider_ref: str
    brand: str
    last4: str
    expires_month: int
    expires_year: int


@dataclass(frozen=True, slots=True)
class ChargeResult:
    """A charge as the provider sees it now.

    `action_url` is set while the shopper must prove themselves there,
    `failure_code` when it was declined, `card` when the provider keeps the card.
    """

    state: ChargeState
    provider_ref: str
    action_url: str = ""
    failure_code: str = ""
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A chargeback as the provider sees it now."""

    provider_ref: str
    charge_ref: str
    state: DisputeState
    amount: Money
    reason: str
    opened_at: dt.datetime
    due_at: dt.datetime | None
    is_inquiry: bool = False
    """The bank only asks; it has taken no money."""


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """A refund as the provider sees it now; `key` is the one that it was asked by."""

    provider_ref: str
    key: str
    state: RefundState
    amount: Money
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A webhook that was proved to be the provider's: a hint, no more.

    `provider_id` is the id of the event, by which it is recorded once. Which payment
    is meant is said by `reference`, our payment's public id, or by `charge_ref`, the
    provider's id of the charge; `run_ref` names the run of payouts whose transfer is
    meant. What happened is read from the provider.
    """

    provider_id: str
    reference: str
    body: Mapping[str, Any]
    charge_ref: str = ""
    run_ref: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay that the payment step offers; rare ones lie under a fold."""

    code: str
    label: str
    hint: str = ""
    is_rare: bool = False


@dataclass(frozen=True, slots=True)
class PageScript:
    """The provider's own script, which takes the card on our page (not we)."""

    address: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the shop tells a bank about a disputed payment."""

    customer_name: str
    customer_email: str
    address: str
    product: str
    story: str

    def as_json(self) -> dict[str, Any]:
        """Return the evidence as it is stored and sent."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Manners:
    """What a gateway can do beyond charging once."""

    keeps_cards: bool = False
    is_test: bool = True
    script: PageScript | None = None


class Gateway(ABC):
    """A payment provider. No method may be called inside a transaction.

    Every method raises `GatewayUnreachable` when no answer came: then nobody knows
    whether money moved, and the same call with the same key must be safe.
    """

    name: ClassVar[str]
    window: ClassVar[dt.timedelta]
    """How long a charge may stay undecided before the shop cancels it."""

    @abstractmethod
    def describe(self) -> Manners:
        """Say what the payment page must know of this gateway."""

    @abstractmethod
    def list_methods(self) -> Sequence[Method]:
        """List the ways to pay that a shopper may choose from."""

    def accepts(self, method: str) -> bool:
        """Whether a form may name this way to pay; no call is made."""
        return method in {offered.code for offered in self.list_methods()}

    @abstractmethod
    def charge(self, request: ChargeRequest, *, key: str) -> ChargeResult:
        """Charge once per key; the same key and request give the same charge.

        What can never be charged (an unknown card, a currency not set up) is
        declined. A request too old for its key to be known is only looked up by its
        reference: what never reached the provider is cancelled, not charged late.

        Raises:
            ValueError: the key was used for another request.

        Safe to repeat: yes, with the same key and the same request.
        """

    @abstractmethod
    def find_charge(self, provider_ref: str) -> ChargeResult:
        """Return a charge as it is now.

        Raises:
            ChargeMissing: the provider knows no such charge.
        """

    @abstractmethod
    def cancel(self, provider_ref: str) -> ChargeResult:
        """Cancel a charge that is not final; a final one is returned as it is.

        Raises:
            ChargeMissing: the provider knows no such charge.

        Safe to repeat: yes.
        """

    @abstractmethod
    def refund(self, provider_ref: str, amount: Money, *, key: str) -> str:
        """Send money back and return the provider's id of the refund.

        Raises:
            ChargeMissing: there is no such charge that succeeded.
            ChargeDisputed: the bank holds the money because of a dispute.
            ValueError: more would go back than came.

        A refund that failed afterwards is sent again by a key of its own.

        Safe to repeat: yes, with the same key, however late.
        """

    @abstractmethod
    def find_refunds(self, provider_ref: str) -> Sequence[RefundFacts]:
        """Return the refunds of a charge as they are now, failed ones too."""

    @abstractmethod
    def forget_card(self, card_ref: str) -> None:
        """Have a kept card forgotten. Safe to repeat: yes."""

    @abstractmethod
    def find_disputes(self, provider_ref: str) -> Sequence[DisputeFacts]:
        """Return the disputes of a charge as they are now."""

    @abstractmethod
    def list_disputes(self, since: dt.datetime) -> Sequence[DisputeFacts]:
        """Return the disputes opened since a moment, of all charges."""

    @abstractmethod
    def answer_dispute(
        self, dispute_ref: str, evidence: Evidence, *, key: str
    ) -> DisputeFacts:
        """Send the shop's evidence; it cannot be changed afterwards.

        Raises:
            DisputeClosed: it was answered or decided before.

        Safe to repeat: yes, with the same key.
        """

    @abstractmethod
    def accept_dispute(self, dispute_ref: str) -> DisputeFacts:
        """Give in: the money is lost. Safe to repeat: yes."""

    @abstractmethod
    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Prove that a webhook is the provider's and read it.

        Raises:
            NoticeForged: the signature is wrong or too old, or it cannot be read.
        """
