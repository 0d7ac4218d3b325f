"""Stripe Connect: one transfer per payout to its owner's connected account.

A transfer carries our payout in its metadata and the run as its group, so that it is
found again long after Stripe has forgotten the key that it was made by.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings

from creators.errors import AccountNotConnected, StripeSilent
from creators.payouts.answers import BOOKED, REJECTED, RETURNED, Said
from shopfront.common.stripe import get_client

if TYPE_CHECKING:
    from stripe import InvalidRequestError, PermissionError, Transfer

_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{8,34}")
_UNKNOWN = {"account_invalid", "resource_missing"}
_OURS_TO_MEND = {"balance_insufficient", "lock_timeout", "rate_limit"}
_PAGE = 100
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """A transfer as Stripe needs it; the same payout always gives the same wish."""

    reference: str
    group: str
    account: str
    amount_minor: int
    currency: str


def is_set_up() -> bool:
    """Whether there is a key to ask Stripe by."""
    return bool(settings.STRIPE_SECRET_KEY)


def check_account(stripe_id: str) -> None:
    """Have Stripe confirm that an account takes transfers and pays them out.

    Raises:
        AccountNotConnected: it is none of ours, or cannot be paid to yet.
        StripeSilent: Stripe did not answer, or refuses our keys.
    """
    import stripe

    if not _ACCOUNT.fullmatch(stripe_id):
        raise AccountNotConnected
    with _asking():
        try:
            account = get_client().v1.accounts.retrieve(stripe_id)
        except (stripe.InvalidRequestError, stripe.PermissionError) as refusal:
            if _code_of(refusal) not in _UNKNOWN:
                raise
            raise AccountNotConnected from refusal
    takes = getattr(getattr(account, "capabilities", None), "transfers", None)
    if takes != "active" or not getattr(account, "payouts_enabled", False):
        raise AccountNotConnected


def list_transfers(group: str) -> Mapping[str, Sequence[Said]]:
    """Return what Stripe knows of a run's transfers, by the payouts' public ids.

    Raises:
        StripeSilent: Stripe did not answer, or refuses our keys.
    """
    known: dict[str, list[Said]] = {}
    with _asking():
        found = get_client().v1.transfers.list(
            {"transfer_group": group, "limit": _PAGE}
        )
        for transfer in found.auto_paging_iter():
            known.setdefault(_read_reference(transfer), []).extend(_read(transfer))
    return known


def send_transfer(wish: Wish) -> Sequence[Said]:
    """Make a transfer, once per payout; what says so is the answer of a bank.

    Nothing is said where the fault is ours to mend, such as too small a balance at
    Stripe: it is sent again later. Stripe repeats its answer to a key for a day.

    Raises:
        StripeSilent: nobody knows whether money moved; the same wish is safe.

    Safe to repeat: yes, while Stripe knows the key; after that look first.
    """
    import stripe

    with _asking():
        try:
            transfer = get_client().v1.transfers.create(
                {
                    "amount": wish.amount_minor,
                    "currency": wish.currency.lower(),
                    "destination": wish.account,
                    "transfer_group": wish.group,
                    "metadata": {"reference": wish.reference},
                },
                {"idempotency_key": wish.reference},
            )
        except stripe.IdempotencyError:
            log.error("stripe.key_used", payout=wish.reference)
            return ()
        except stripe.InvalidRequestError as refusal:
            return _read_refusal(wish, refusal)
        except stripe.PermissionError as refusal:
            if _code_of(refusal) not in _UNKNOWN:
                raise
            return _read_refusal(wish, refusal)
    return _read(transfer)


def _read_refusal(
    wish: Wish, refusal: "InvalidRequestError | PermissionError"
) -> Sequence[Said]:
    code = _code_of(refusal) or "refused"
    log.error("stripe.transfer_refused", payout=wish.reference, code=code)
    if code in _OURS_TO_MEND:
        return ()
    said = Said(
        message_id="",
        end_to_end_id=wish.reference,
        verdict=REJECTED,
        reason=f"Stripe: {code}",
    )
    return (said,)


def _code_of(refusal: "InvalidRequestError | PermissionError") -> str:
    """Return the code of a refusal; a 403 has it in its body only."""
    return str(refusal.code or getattr(refusal.error, "code", None) or "")


def _read(transfer: "Transfer") -> Sequence[Said]:
    """Read a transfer like the messages of a bank: booked, and maybe sent back."""
    facts: dict[str, Any] = {
        "message_id": transfer.id,
        "end_to_end_id": _read_reference(transfer),
        "currency": transfer.currency.upper(),
    }
    booked = Said(verdict=BOOKED, amount_minor=transfer.amount, **facts)
    if not transfer.amount_reversed:
        return (booked,)
    back = Said(
        verdict=RETURNED,
        amount_minor=transfer.amount_reversed,
        reason="Stripe: transfer reversed",
        **facts,
    )
    return (booked, back)


def _read_reference(transfer: "Transfer") -> str:
    notes: Any = transfer.metadata
    return str(notes["reference"]) if notes and "reference" in notes else ""


@contextmanager
def _asking() -> Iterator[None]:
    """Turn what Stripe's client raises into one refusal: nothing is decided."""
    import stripe

    try:
        yield
    except stripe.StripeError as fault:
        name = type(fault).__name__
        log.warning("stripe.silent", fault=name, status=fault.http_status)
        raise StripeSilent from fault
