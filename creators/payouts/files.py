"""Bank files: SEPA credit transfers as pain.001.001.09, and a CSV for British banks."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from sepaxml import SepaTransfer
from sepaxml.validation import ValidationError
from text_unidecode import unidecode

from creators.errors.bank_files import FileUnwritable

SEPA_SCHEMA = "pain.001.001.09"
LONGEST_NAME = 70
UK_COLUMNS = ("sort_code", "account_number", "name", "amount", "reference")


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment as a bank needs it; the amount in minor units."""

    reference: str
    holder: str
    bank_account: str = field(repr=False)
    amount_minor: int


def read_name(text: str) -> str:
    """Return a name in the plain letters that every bank reads.

    Empty where nothing of it is a letter or a figure: banks refuse a payment to nobody.
    """
    plain = "".join(sign for sign in unidecode(text) if sign.isprintable())
    name = " ".join(plain.split())[:LONGEST_NAME].rstrip()
    return name if any(map(str.isalnum, name)) else ""


def write_sepa(
    transfers: Sequence[Transfer], *, payer: str, iban: str, execute_on: dt.date
) -> str:
    """Return a pain.001.001.09 that was validated against its schema.

    No postal address is sent: inside the EEA none is needed.

    Raises:
        FileUnwritable: the schema does not allow it.
    """
    config = {"name": read_name(payer), "IBAN": iban, "batch": True, "currency": "EUR"}
    message = SepaTransfer(config, schema=SEPA_SCHEMA, clean=True)
    for transfer in transfers:
        message.add_payment(
            {
                "name": transfer.holder,
                "IBAN": transfer.bank_account,
                "amount": transfer.amount_minor,
                "execution_date": execute_on,
                "description": f"Payout {transfer.reference}",
                "endtoend_id": transfer.reference,
            }
        )
    try:
        text: bytes = message.export(validate=True)
    except ValidationError as error:
        raise FileUnwritable from error
    return text.decode()


def write_uk(transfers: Sequence[Transfer]) -> str:
    """Return a CSV of British transfers: pounds with two places, one row each."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(UK_COLUMNS)
    for row in transfers:
        sort_code, number = row.bank_account.split(" ")
        pounds = f"{row.amount_minor // 100}.{row.amount_minor % 100:02}"
        name = "".join(sign for sign in row.holder if sign.isalnum() or sign in " .'")
        writer.writerow((sort_code, number, name[:18], pounds, row.reference))
    return sheet.getvalue()
