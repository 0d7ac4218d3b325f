"""Where an owner is paid: checked by its checksum, sealed, and not changed in haste."""

import datetime as dt
import re

from django.db import transaction
from stdnum import iban

from creators.errors import BankAccountWrong
from creators.models import Account, PayoutDetails
from shopfront.common import clock
from shopfront.common.sealing import seal, unseal
from shopfront.models import Market, User
from shopfront.services import audit

PURPOSE = "creators.payout_details"
CHANGE_WAIT = dt.timedelta(days=3)


def save_details(
    owner_kind: Account.Owner,
    owner_ref: str,
    *,
    market: Market,
    holder: str,
    bank_account: str,
    tax_number: str,
    agrees_to_self_billing: bool = False,
    by: User,
) -> PayoutDetails:
    """Keep where an owner is paid from now on; a change waits three days.

    Args:
        owner_kind: creator or brand.
        owner_ref: the owner's public id.
        market: whose payout runs pay this owner.
        holder: the name of the account's holder.
        bank_account: an IBAN, or for the British market sort code and number.
        tax_number: without it nobody is paid.
        agrees_to_self_billing: whether we write this owner's invoices (K9).
        by: who says so.

    Raises:
        BankAccountWrong: the account or the tax data cannot be used.
    """
    number = read_bank_account(bank_account)
    is_british = " " in number
    if is_british != (market.currency == "GBP"):
        raise BankAccountWrong
    if not holder.strip() or not tax_number.strip():
        raise BankAccountWrong
    now = clock.now()
    with transaction.atomic():
        known = PayoutDetails.objects.filter(owner_kind=owner_kind, owner_ref=owner_ref)
        details = PayoutDetails.objects.create(
            owner_kind=owner_kind,
            owner_ref=owner_ref,
            market=market,
            holder=holder.strip()[:70],
            sealed_account=seal(number, purpose=PURPOSE),
            last_four=number[-4:],
            tax_number=tax_number.strip()[:30],
            agreed_self_billing_at=now if agrees_to_self_billing else None,
            usable_from=now + CHANGE_WAIT if known.exists() else now,
        )
        audit.record(
            "creators.save_payout_details",
            actor=by,
            subject_kind=owner_kind,
            subject_ref=owner_ref,
            facts={"details": details.public_id, "last_four": details.last_four},
        )
    return details


def read_bank_account(text: str) -> str:
    """Return an IBAN without blanks, or sort code, a blank and the number.

    Raises:
        BankAccountWrong: it is neither.
    """
    compact = re.sub(r"[\s-]", "", text).upper()
    if re.fullmatch(r"\d{14}", compact):
        return f"{compact[:6]} {compact[6:]}"
    if not iban.is_valid(compact, check_country=False):
        raise BankAccountWrong
    return compact


def open_bank_account(details: PayoutDetails) -> str:
    """Return the account in clear, for the bank's file only.

    Raises:
        SealBrokenError: it was sealed with another SECRET_KEY.
    """
    return unseal(details.sealed_account, purpose=PURPOSE)
