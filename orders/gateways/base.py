"""What every payment gateway must do: one documented class and its facts.

To add a gateway, subclass `Gateway`, name it in `registry`, and let it pass the
tests in tests/integration/orders/test_gateways.py.
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


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """One wish to charge, stored word for word before it is sent.

    `reference` is our payment's public id, `method` one of the gateway's methods
    or a token of its page script, `return_url` where the shopper comes back to.
    """

    reference: str
    amount_minor: int
    currency: str
    method: str
    return_url: str
    email: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the request as it is stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read a stored request back, unchanged."""
        return cls(**stored)


@dataclass(frozen=True, slots=True)
class ChargeResult:
    """A charge as the provider sees it now.

    `action_url` is set while the shopper must prove themselves there,
    `failure_code` when it was declined.
    """

    state: ChargeState
    provider_ref: str
    action_url: str = ""
    failure_code: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A webhook that was proved to be the provider's.

    `provider_id` is the id of the event, by which it is recorded once;
    `reference` is our payment's public id.
    """

    provider_id: str
    reference: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay that the payment step offers."""

    code: str
    label: str
    hint: str = ""


class Gateway(ABC):
    """A payment provider. No method may be called inside a transaction.

    Every method raises `GatewayUnreachable` when no answer came: then nobody knows
    whether money moved, and the same call with the same key must be safe.
    """

    name: ClassVar[str]
    window: ClassVar[dt.timedelta]
    """How long a charge may stay undecided before the shop cancels it."""

    @abstractmethod
    def list_methods(self) -> Sequence[Method]:
        """List the ways to pay that a shopper may choose from."""

    @abstractmethod
    def charge(self, request: ChargeRequest, *, key: str) -> ChargeResult:
        """Charge once per key; the same key and request give the first answer.

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

        Safe to repeat: yes.
        """

    @abstractmethod
    def refund(self, provider_ref: str, amount: Money, *, key: str) -> str:
        """Send money back and return the provider's id of the refund.

        Safe to repeat: yes, with the same key.
        """

    @abstractmethod
    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Prove that a webhook is the provider's and read it.

        Raises:
            NoticeForged: the signature is wrong or too old.
        """
