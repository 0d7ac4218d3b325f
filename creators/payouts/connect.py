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


@dataclass(frozen=True, slots=True)
class Known:
    """What Stripe has of a payout: how it would be said, and what of it was undone.

    `missing_minor` was reversed in part and not sent again; a payout whose transfers
    were all reversed came back whole, so that nothing of it is missing.
    """

    said: Sequence[Said]
    count: int
    missing_minor: int


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


def list_transfers(group: str) -> Mapping[str, Known]:
    """Return what Stripe knows of a run's transfers, by the payouts' public ids.

    Raises:
        StripeSilent: Stripe did not answer, or refuses our keys.
    """
    made: dict[str, list[Transfer]] = {}
    with _asking():
        found = get_client().v1.transfers.list(
            {"transfer_group": group, "limit": _PAGE}
        )
        for transfer in found.auto_paging_iter():
            made.setdefault(_read_reference(transfer), []).append(transfer)
    return {reference: _know(transfers) for reference, transfers in made.items()}


def send_transfer(wish: Wish, *, nth: int = 0) -> Sequence[Said]:
    """Make a transfer, once per payout; what says so is the answer of a bank.

    With `nth` it makes up for what was reversed of so many transfers before.

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
                {
                    "idempotency_key": f"{wish.reference}-{nth}"
                    if nth
                    else wish.reference
                },
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
    return _know([transfer]).said


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


def _know(transfers: "Sequence[Transfer]") -> Known:
    """Read a payout's transfers like the messages of a bank: booked, maybe sent back.

    The largest is the payout's own; the others made up for what was reversed of it.
    """
    own = max(transfers, key=lambda transfer: transfer.amount)
    kept = sum(one.amount - one.amount_reversed for one in transfers)
    missing = own.amount - kept
    facts: dict[str, Any] = {
        "message_id": own.id,
        "end_to_end_id": _read_reference(own),
        "currency": own.currency.upper(),
    }
    said = [Said(verdict=BOOKED, amount_minor=own.amount, **facts)]
    if missing > 0:
        reason = "Stripe: transfer reversed"
        back = Said(verdict=RETURNED, amount_minor=missing, reason=reason, **facts)
        said.append(back)
    return Known(said, len(transfers), missing if 0 < missing < own.amount else 0)


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
