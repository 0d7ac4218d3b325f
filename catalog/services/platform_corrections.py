"""Corrections of yearly reports: what stands at a tax office, and what differs now.

As in the user guide of the DPI schema: a changed record (OECD2) and one that should
not be there (OECD3) name the record that stands and share a DPI402; whom the office has
not heard of yet (OECD1) follows in a DPI401; an unchanged operator is named again by
its standing record (OECD0), and unchanged sellers are left out.
"""

import copy
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from catalog.selectors.sellers import Seller
from catalog.services.platform_files import (
    Filing,
    Message,
    SellerKey,
    join_message,
    key_of,
    mark_record,
    name_record,
    ref_of,
    write_operator,
    write_seller,
)
from catalog.services.platform_schema import (
    CORRECTED,
    CORRECTION,
    DELETED,
    DPI,
    NEW,
    NEW_DATA,
    RESENT,
    STF,
)

SPEC = f"{{{DPI}}}DocSpec"


@dataclass(slots=True)
class Standing:
    """The records that an office goes by: the operator's, and one for each seller."""

    operator: ET.Element | None = None
    sellers: dict[SellerKey, ET.Element] = field(default_factory=dict)


def read_standing(files: Iterable[tuple[str, str]]) -> Standing:
    """Return what stands after some reports were filed.

    Args:
        files: XML and CSV of each, in the order of filing.
    """
    standing = Standing()
    for xml, table in files:
        root = ET.fromstring(xml)  # noqa: S314  written and sealed by ourselves
        _follow(standing, root, table)
    return standing


def build_corrections(
    filings: tuple[Filing, Filing], standing: Standing, sellers: Sequence[Seller]
) -> list[Message]:
    """Return the DPI402 and the DPI401 that are needed, in the order of filing.

    Args:
        filings: what each of the two says of itself.
        standing: what the office goes by; it has the operator's record.
        sellers: all that there are. What stands of one whose data are missing now is
            left as it is, for nobody knows that it is wrong.
    """
    told = {key_of(one): write_seller(one) for one in sellers if one.is_reported}
    unsure = {key_of(one) for one in sellers if one.missing and not one.is_small}
    operator = _write_operator(filings[0], standing)
    wrong = {k: one for k, one in standing.sellers.items() if k not in unsure}
    corrected = _correct(filings[0], wrong, told)
    new = {key: one for key, one in told.items() if key not in standing.sellers}
    for number, record in enumerate(new.values(), start=1):
        mark_record(record, NEW, name_record(filings[1], number))
    again = _strip(operator)
    mark_record(again, RESENT, ref_of(operator))
    messages = []
    if corrected or _kind_of(operator) != RESENT:
        messages.append(join_message(filings[0], CORRECTION, operator, corrected))
    if new:
        messages.append(join_message(filings[1], NEW_DATA, again, new))
    return messages


def _correct(
    filing: Filing,
    standing: Mapping[SellerKey, ET.Element],
    told: Mapping[SellerKey, ET.Element],
) -> dict[SellerKey, ET.Element]:
    """Return the records of who changed or is gone, each naming what stands."""
    records: dict[SellerKey, ET.Element] = {}
    for key, before in standing.items():
        record = told.get(key)
        if record is not None and _read(record) == _read(before):
            continue
        kind = DELETED if record is None else CORRECTED
        records[key] = _strip(before) if record is None else record
        name = name_record(filing, len(records))
        mark_record(records[key], kind, name, corrects=ref_of(before))
    return records


def _write_operator(filing: Filing, standing: Standing) -> ET.Element:
    """Return the operator as it is now: corrected, or named by what stands."""
    operator, before = write_operator(filing), standing.operator
    assert before is not None
    if _read(operator) == _read(before):
        mark_record(operator, RESENT, ref_of(before))
    else:
        name = name_record(filing, 0)
        mark_record(operator, CORRECTED, name, corrects=ref_of(before))
    return operator


def _follow(standing: Standing, root: ET.Element, table: str) -> None:
    operator = root.find(f"*/{{{DPI}}}PlatformOperator")
    if operator is not None and _kind_of(operator) != RESENT:
        standing.operator = operator
    records = root.findall(f"*/{{{DPI}}}ReportableSeller")
    about = _read_keys(table, records)
    known = {ref_of(one): key for key, one in standing.sellers.items()}
    for record in records:
        undone = record.findtext(f"{SPEC}/{{{STF}}}CorrDocRefId", "")
        if undone in known:
            del standing.sellers[known[undone]]
        if _kind_of(record) != DELETED:
            standing.sellers[about[ref_of(record)]] = record


def _read_keys(table: str, records: Sequence[ET.Element]) -> dict[str, SellerKey]:
    """Return about whom records are; first tables named them by their order alone."""
    rows = csv.DictReader(io.StringIO(table))
    told = [row for row in rows if row.get("record", row["reported"] == "yes")]
    names = (ref_of(record) for record in records)
    return {
        row.get("record", name): (row["activity"], row["seller"], row["currency"])
        for row, name in zip(told, names, strict=False)
    }


def _kind_of(record: ET.Element) -> str:
    return record.findtext(f"{SPEC}/{{{STF}}}DocTypeIndic", "")


def _strip(record: ET.Element) -> ET.Element:
    """Return a copy of a part that names no record."""
    bare = copy.deepcopy(record)
    for spec in bare.findall(SPEC):
        bare.remove(spec)
    return bare


def _read(record: ET.Element) -> str:
    """Return what a part says, however it is laid out, without its reference."""
    text = ET.tostring(_strip(record), encoding="unicode")
    return ET.canonicalize(text, strip_text=True)
