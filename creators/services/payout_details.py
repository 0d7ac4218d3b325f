"""Where and as whom an owner is paid: checked, sealed, and not changed in haste."""

import datetime as dt
import re
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from stdnum import iban
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat

from creators.errors import BankAccountWrong, DetailsNotPending, TaxDataWrong
from creators.errors.bank_files import HolderWrong
from creators.models import Account, PayoutDetails
from creators.payouts.files import LONGEST_NAME, read_name
from creators.selectors.payees import find_details
from creators.services.letters import DETAILS_TOPIC
from shopfront.common import clock
from shopfront.common.sealing import seal, unseal
from shopfront.models import Market, User
from shopfront.services import audit, outbox

PURPOSE = "creators.payout_details"
CHANGE_WAIT = dt.timedelta(days=3)
AGES = range(18, 121)
"""People who are paid here are adults (P1); a date beyond is a slip."""
Vat = PayoutDetails.Vat


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxData:
    """Who an owner is to tax offices; the fields are those of `PayoutDetails`."""

    legal_name: str
    address: str
    country: str
    tax_number: str
    vat_status: str = Vat.NONE
    vat_number: str = ""
    born_on: dt.date | None = None


def save_details(
    owner_kind: Account.Owner,
    owner_ref: str,
    *,
    market: Market,
    holder: str,
    bank_account: str,
    tax: TaxData,
    agrees_to_self_billing: bool = False,
    by: User,
) -> PayoutDetails:
    """Keep where an owner is paid from now on; another account waits three days.

    The owner is told by e-mail, also where the details before were told. A change
    that still waits is replaced by the new one.

    Args:
        owner_kind: creator or brand.
        owner_ref: the owner's public id.
        market: whose payout runs pay this owner.
        holder: the name of the account's holder.
        bank_account: an IBAN, or for the British market sort code and number; empty
            where the account of before stays.
        tax: without it nobody is paid.
        agrees_to_self_billing: whether we write this owner's invoices (K9).
        by: who says so.

    Raises:
        BankAccountWrong: the account cannot be used in this market.
        HolderWrong: a bank's file cannot carry the holder's name.
        TaxDataWrong: the tax data are incomplete, or the VAT number does not fit.

    Locks: the market's row, so that two changes come one after the other.
    """
    tax = _check_tax(tax, market)
    with transaction.atomic():
        Market.objects.select_for_update(no_key=True).get(pk=market.pk)
        now = clock.now()
        before = find_details(owner_kind, owner_ref, market)
        number = _choose_account(bank_account, before, market)
        details = PayoutDetails.objects.create(
            owner_kind=owner_kind,
            owner_ref=owner_ref,
            market=market,
            holder=_check_holder(holder),
            sealed_account=seal(number, purpose=PURPOSE),
            last_four=number[-4:],
            email=by.email,
            agreed_self_billing_at=_agree(agrees_to_self_billing, before),
            usable_from=now,
            **asdict(tax),
        )
        known = PayoutDetails.objects.filter(owner_kind=owner_kind, owner_ref=owner_ref)
        if known.exclude(pk=details.pk).exists():
            details.usable_from = _find_start(details, number, before)
            details.save(update_fields=["usable_from"])
            known.exclude(pk=details.pk).filter(
                market=market, usable_from__gt=now, withdrawn_at=None
            ).update(withdrawn_at=now)
        _record("creators.save_payout_details", details, by)
        _tell(details, before)
    return details


def withdraw_details(details: PayoutDetails, *, by: User) -> None:
    """Take back a change before it takes effect; what was there before stays.

    Raises:
        DetailsNotPending: it has taken effect, or was taken back.
    """
    now = clock.now()
    with transaction.atomic():
        waiting = PayoutDetails.objects.filter(
            pk=details.pk, withdrawn_at=None, usable_from__gt=now
        )
        if not waiting.update(withdrawn_at=now):
            raise DetailsNotPending
        _record("creators.withdraw_payout_details", details, by)


def read_bank_account(text: str) -> str:
    """Return an IBAN without blanks, or sort code, a blank and the number.

    Raises:
        BankAccountWrong: it is neither.
    """
    compact = re.sub(r"[\s-]", "", text).upper()
    if re.fullmatch(r"[0-9]{14}", compact):
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


def _choose_account(text: str, before: PayoutDetails | None, market: Market) -> str:
    if not text.strip() and before is not None:
        return open_bank_account(before)
    number = read_bank_account(text)
    is_british = " " in number
    if is_british != (market.currency == "GBP"):
        raise BankAccountWrong
    return number


def _check_holder(holder: str) -> str:
    holder = " ".join(holder.split())[:LONGEST_NAME]
    if not holder.isprintable() or not read_name(holder):
        raise HolderWrong
    return holder


def _find_start(
    details: PayoutDetails, number: str, before: PayoutDetails | None
) -> dt.datetime:
    """Return from when the details count: only new tax data count at once."""
    now = clock.now()
    if before is None or details.holder != before.holder:
        return now + CHANGE_WAIT
    if open_bank_account(before) != number:
        return now + CHANGE_WAIT
    return max(now, before.usable_from)


def _agree(agrees: bool, before: PayoutDetails | None) -> dt.datetime | None:
    """Return since when invoices may be written for this owner."""
    if not agrees:
        return None
    return (before and before.agreed_self_billing_at) or clock.now()


def _check_tax(tax: TaxData, market: Market) -> TaxData:
    """Return tax data as they are kept."""
    texts = {
        "legal_name": " ".join(tax.legal_name.split())[:120],
        "address": "\n".join(line.strip() for line in tax.address.split("\n"))[:500],
        "country": tax.country.strip().upper(),
        "tax_number": tax.tax_number.strip()[:30],
    }
    is_country = re.fullmatch(r"[A-Z]{2}", texts["country"])
    is_number = len(re.findall(r"[0-9A-Za-z]", texts["tax_number"])) >= 5
    if not is_country or not is_number or not all(texts.values()):
        raise TaxDataWrong
    if tax.born_on is not None and _count_years(tax.born_on) not in AGES:
        words = _("Check the date of birth: people who are paid here are 18 or older.")
        raise TaxDataWrong(words)
    number = _check_vat(tax.vat_status, tax.vat_number, market)
    return TaxData(
        **texts, vat_status=tax.vat_status, vat_number=number, born_on=tax.born_on
    )


def _count_years(born_on: dt.date) -> int:
    """Return how old somebody is today; who is not born yet is below zero."""
    today = clock.now().date()
    is_before = (today.month, today.day) < (born_on.month, born_on.day)
    return today.year - born_on.year - is_before


def _check_vat(status: str, text: str, market: Market) -> str:
    """Return the VAT number with its country, or nothing where none is needed."""
    if status == Vat.NONE:
        return ""
    number = re.sub(r"[\s.-]", "", text).upper()
    if status == Vat.HERE and not number[:2].isalpha():
        number = _prefix_of(market.code) + number
    is_valid = gb_vat.is_valid(number[2:]) if number[:2] == "GB" else _is_eu_vat(number)
    is_here = number[:2] == _prefix_of(market.code)
    if not is_valid or is_here != (status == Vat.HERE):
        raise TaxDataWrong
    return number


def _prefix_of(country: str) -> str:
    return "EL" if country == "GR" else country


def _is_eu_vat(number: str) -> bool:
    return bool(eu_vat.is_valid(number))


def _record(action: str, details: PayoutDetails, by: User) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind=details.owner_kind,
        subject_ref=details.owner_ref,
        facts={"details": details.public_id, "last_four": details.last_four},
    )


def _tell(details: PayoutDetails, before: PayoutDetails | None) -> None:
    """Post the letters in the open transaction: to the address now, and the old one."""
    addresses = {details.email, before.email if before is not None else ""} - {""}
    for position, address in enumerate(sorted(addresses)):
        outbox.post(
            DETAILS_TOPIC,
            f"{details.public_id}:{position}",
            {"details": details.public_id, "to": address},
        )
