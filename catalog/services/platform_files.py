"""A yearly report written down: XML as the OECD's DPI schema 1.0 has it, and CSV.

The schema is that of the model rules for digital platforms, which EU offices (DAC7)
and HMRC take: `DPI_OECD` with a message, the operator and one record per seller and
currency. Amounts are whole units there; the CSV has minor units.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from catalog.selectors.sellers import EU, Seller
from catalog.services.platform_schema import (
    CORRECTION,
    DPI,
    NEW,
    NEW_DATA,
    NOTHING,
    STF,
)
from creators.selectors.platform_sums import QUARTERS
from creators.selectors.tables import write_table
from creators.services.payout_details import open_bank_account
from shopfront.common.money import Money

RESIDENT = "RPONEX1"
REGISTERED_OFFICE = "OECD304"
NO_FIRST_NAME = "NFN"
COLUMNS = (
    "activity",
    "seller",
    "name",
    "person",
    "born_on",
    "address",
    "country",
    "tax_number",
    "vat_number",
    "currency",
    *(
        f"{name}_q{quarter}"
        for name in ("consideration_minor", "fees_minor", "taxes_minor", "activities")
        for quarter in QUARTERS
    ),
    "reported",
    "missing",
    "record",
)

SellerKey = tuple[str, str, str]
"""Activity, public id and currency."""

ET.register_namespace("dpi", DPI)
ET.register_namespace("stf", STF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What a file says of itself and of the operator."""

    public_id: str
    country: str
    year: int
    made_at: dt.datetime
    sender: str
    operator: str
    operator_address: str
    operator_number: str
    platform: str
    """The name by which sellers and shoppers know it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and which of its records is about whom."""

    indic: str
    root: ET.Element
    records: Mapping[SellerKey, str]

    @property
    def is_correction(self) -> bool:
        """Whether it corrects records that stand."""
        return self.indic == CORRECTION


def build_first(filing: Filing, sellers: Sequence[Seller]) -> Message:
    """Return the first message about sellers who are reportable and complete."""
    operator = write_operator(filing)
    mark_record(operator, NEW, name_record(filing, 0))
    records = {key_of(one): write_seller(one) for one in sellers}
    for number, record in enumerate(records.values(), start=1):
        mark_record(record, NEW, name_record(filing, number))
    return join_message(filing, NEW_DATA if records else NOTHING, operator, records)


def join_message(
    filing: Filing,
    indic: str,
    operator: ET.Element,
    records: Mapping[SellerKey, ET.Element],
) -> Message:
    """Return a message of marked parts."""
    root = ET.Element(f"{{{DPI}}}DPI_OECD", {"version": "1.0"})
    _write_message(root, filing, indic)
    _add(root, "DPIBody").extend([operator, *records.values()])
    return Message(indic, root, {key: ref_of(one) for key, one in records.items()})


def write_xml(message: ET.Element) -> str:
    """Return a message as a file."""
    ET.indent(message)
    text = ET.tostring(message, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def write_csv(sellers: Sequence[Seller], records: Mapping[SellerKey, str]) -> str:
    """Return all sellers, also those left out, with the reason.

    Args:
        sellers: all that there are.
        records: which record of this very file is about whom.
    """
    rows = (_describe(one, records.get(key_of(one), "")) for one in sellers)
    return "".join(write_table(COLUMNS, rows))


def key_of(seller: Seller) -> SellerKey:
    """Return what a seller is known by from one report to the next."""
    return seller.kind, seller.ref, seller.currency


def _describe(seller: Seller, record: str) -> Sequence[object]:
    quarters = [seller.sums.of(quarter) for quarter in QUARTERS]
    return (
        seller.kind,
        seller.ref,
        seller.name,
        "yes" if seller.is_person else "no",
        seller.born_on.isoformat() if seller.born_on else "",
        seller.address,
        seller.country,
        seller.tax_number,
        seller.vat_number,
        seller.currency,
        *(one.consideration for one in quarters),
        *(one.fees for one in quarters),
        *(one.taxes for one in quarters),
        *(one.activities for one in quarters),
        "yes"
        if seller.is_reported
        else "below the limits"
        if seller.is_small
        else "no",
        " ".join(seller.missing),
        record,
    )


def _write_message(root: ET.Element, filing: Filing, indic: str) -> None:
    spec = _add(root, "MessageSpec")
    code, year = filing.country, filing.year
    facts = {
        "SendingEntityIN": filing.sender,
        "TransmittingCountry": code,
        "ReceivingCountry": code,
        "MessageType": "DPI",
        "MessageRefId": f"{code}{year}{code}-{filing.public_id}",
        "MessageTypeIndic": indic,
        "ReportingPeriod": f"{year}-12-31",
        "Timestamp": f"{filing.made_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}",
    }
    for name, value in facts.items():
        if value:
            _add(spec, name, value)


def write_operator(filing: Filing) -> ET.Element:
    """Return the operator's part, which names no record yet."""
    operator = ET.Element(f"{{{DPI}}}PlatformOperator")
    _add(operator, "ResCountryCode", filing.country)
    _write_tin(operator, filing.operator_number, filing.country)
    _add(operator, "Name", filing.operator)
    _add(operator, "PlatformBusinessName", filing.platform)
    _write_address(
        operator, filing.country, filing.operator_address, kind=REGISTERED_OFFICE
    )
    if filing.country in EU:
        _add(operator, "Nexus", RESIDENT)
    _add(operator, "AssumedReporting", "false")
    return operator


def write_seller(seller: Seller) -> ET.Element:
    """Return a seller's part, which names no record yet."""
    record = ET.Element(f"{{{DPI}}}ReportableSeller")
    kind = "IndividualSeller" if seller.is_person else "EntitySeller"
    standard = _add(_add(_add(record, "Identity"), kind), "Standard")
    party = _add(standard, "IndSellerID" if seller.is_person else "EntSellerID")
    _add(party, "ResCountryCode", seller.country)
    _write_tin(party, seller.tax_number, seller.country)
    if seller.vat_number:
        _add(party, "VAT", seller.vat_number)
    if seller.is_person:
        first, last = split_name(seller.name)
        name = _add(party, "Name")
        _add(name, "FirstName", first)
        _add(name, "LastName", last)
    else:
        _add(party, "Name", seller.name)
    _write_address(party, seller.country, seller.address)
    if seller.born_on is not None:
        _add(_add(party, "BirthInfo"), "BirthDate", seller.born_on.isoformat())
    _write_account(standard, seller)
    activity = _add(_add(record, "RelevantActivities"), seller.kind)
    _write_sums(activity, seller)
    return record


def _write_sums(activity: ET.Element, seller: Seller) -> None:
    groups = (
        ("Consideration", "ConsQ", "consideration"),
        ("NumberOfActivities", "NumbQ", "activities"),
        ("Fees", "FeesQ", "fees"),
        ("Taxes", "TaxQ", "taxes"),
    )
    for group, prefix, field in groups:
        place = _add(activity, group)
        for quarter in QUARTERS:
            value: int = getattr(seller.sums.of(quarter), field)
            if field == "activities":
                _add(place, f"{prefix}{quarter}", str(value))
                continue
            amount = round_whole(Money(value, seller.currency))
            one = _add(place, f"{prefix}{quarter}", str(amount))
            one.set("currCode", seller.currency)


def _write_account(standard: ET.Element, seller: Seller) -> None:
    if seller.details is None:
        return
    account = open_bank_account(seller.details)
    place = _add(standard, "FinancialIdentifier")
    identifier = _add(place, "Identifier", account)
    identifier.set("AccountNumberType", "OBAN" if " " in account else "IBAN")
    _add(place, "AccountHolderName", seller.details.holder)


def _write_tin(party: ET.Element, number: str, country: str) -> None:
    tin = _add(party, "TIN", number or "NOTIN")
    if number:
        tin.set("issuedBy", country)
    else:
        tin.set("unknown", "true")


def _write_address(
    party: ET.Element, country: str, address: str, *, kind: str = ""
) -> None:
    place = _add(party, "Address")
    if kind:
        place.set("legalAddressType", kind)
    _add(place, "CountryCode", country)
    _add(place, "AddressFree", " / ".join(_list_lines(address)) or "-")


def name_record(filing: Filing, number: int) -> str:
    """Return the reference of a record; no other one of any message has it."""
    return f"{filing.country}{filing.year}-{filing.public_id}-{number}"


def ref_of(record: ET.Element) -> str:
    """Return the reference of a marked part."""
    return record.findtext(f"{{{DPI}}}DocSpec/{{{STF}}}DocRefId", "")


def mark_record(place: ET.Element, kind: str, ref: str, *, corrects: str = "") -> None:
    """Say at the end of a part which record it is, and which one it corrects."""
    spec = _add(place, "DocSpec")
    facts = {"DocTypeIndic": kind, "DocRefId": ref, "CorrDocRefId": corrects}
    for name, value in facts.items():
        if value:
            ET.SubElement(spec, f"{{{STF}}}{name}").text = value


def split_name(name: str) -> tuple[str, str]:
    """Return first and last name; who has one name only has no first."""
    first, _, last = name.strip().rpartition(" ")
    return first.strip() or NO_FIRST_NAME, last


def round_whole(amount: Money) -> int:
    """Return an amount in whole units, half away from zero."""
    sign = -1 if amount.minor < 0 else 1
    units = Money(abs(amount.minor), amount.currency).decimal
    return sign * int(units + 1) if units % 1 >= 0.5 else sign * int(units)


def _list_lines(address: str) -> Iterator[str]:
    return (line.strip() for line in address.splitlines() if line.strip())


def _add(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    child = ET.SubElement(parent, f"{{{DPI}}}{name}")
    if text:
        child.text = text[:4000]
    return child
