"""Whether a yearly report is what tax offices take: our own check of each element.

Order, number and types of elements are those of the DPI XML schema 1.0 of the OECD and
its user guide (Model Reporting Rules for Digital Platforms; HMRC validates with it),
for the parts that an operator of shops sends: neither land nor vehicles, no government
verification, no other platform's sellers.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from babel import Locale

DPI, STF = "urn:oecd:ties:dpi:v1", "urn:oecd:ties:dpistf:v1"
COUNTRIES = frozenset(
    code
    for code in map(str, Locale("en").territories)
    if re.fullmatch("[A-Z]{2}", code)
)
CURRENCIES = frozenset(Locale("en").currencies)
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""
NEW_DATA, CORRECTION, NOTHING = "DPI401", "DPI402", "DPI403"
RESENT, NEW, CORRECTED, DELETED = "OECD0", "OECD1", "OECD2", "OECD3"
CORRECTING = frozenset("23")
"""How the kinds of records end that name another one, those for trials included."""
RECORDS = {
    (NEW_DATA, "PlatformOperator"): "OECD1?[01]",
    (NEW_DATA, "ReportableSeller"): "OECD1?1",
    (CORRECTION, "PlatformOperator"): "OECD1?[023]",
    (CORRECTION, "ReportableSeller"): "OECD1?[23]",
    (NOTHING, "PlatformOperator"): "OECD1?[01]",
    (NOTHING, "ReportableSeller"): "",
}
"""Which kinds of records each kind of message may hold."""
Test = Callable[[str], bool]
Parts = tuple["Part", ...]


def _text(most: int) -> Test:
    return lambda value: 1 <= len(value) <= most


def _one_of(*values: str) -> Test:
    return lambda value: value in values


def _shaped(pattern: str) -> Test:
    return lambda value: re.fullmatch(pattern, value) is not None


def _parsed(read: Callable[[str], object]) -> Test:
    def test(value: str) -> bool:
        try:
            read(value)
        except ValueError:
            return False
        return True

    return test


COUNTRY: Test = COUNTRIES.__contains__
CURRENCY: Test = CURRENCIES.__contains__
BOOLEAN = _one_of("true", "false", "1", "0")
INTEGER = _shaped(r"[+-]?[0-9]+")
DATE = _parsed(lambda value: dt.datetime.strptime(value, "%Y-%m-%d"))  # noqa: DTZ007
MOMENT = _parsed(dt.datetime.fromisoformat)
SHORT, LONG = _text(200), _text(4000)


@dataclass(frozen=True, slots=True)
class Part:
    """An element that may stand in a place: its name, how often, and what it holds."""

    name: str
    holds: Test | Parts = SHORT
    least: int = 1
    most: int = 1
    attributes: Mapping[str, Test] = field(default_factory=dict)
    """Each with the test of its value; those that must be there end in “!”."""
    space: str = DPI
    is_choice: bool = False
    """Whether it holds just one of its parts."""


MANY = 1_000_000_000
TIN = Part(
    "TIN",
    lambda value: len(value) <= 200,
    most=MANY,
    attributes={"issuedBy": COUNTRY, "unknown": BOOLEAN},
)
ADDRESS = Part(
    "Address",
    (Part("CountryCode", COUNTRY), Part("AddressFree", LONG)),
    most=MANY,
    attributes={"legalAddressType": _shaped("OECD30[1-5]")},
)
RECORD = Part(
    "DocSpec",
    (
        Part("DocTypeIndic", _shaped("OECD([0-3]|1[0-3])"), space=STF),
        Part("DocRefId", SHORT, space=STF),
        Part("CorrMessageRefId", _text(170), least=0, space=STF),
        Part("CorrDocRefId", SHORT, least=0, space=STF),
    ),
)
ACCOUNT = Part(
    "FinancialIdentifier",
    (
        Part("Identifier", attributes={"AccountNumberType": SHORT}),
        Part("AccountHolderName", least=0),
        Part("OtherInfo", _text(400), least=0),
    ),
    least=0,
    most=MANY,
)
ENTITY: Parts = (
    Part("ResCountryCode", COUNTRY, least=0, most=MANY),
    TIN,
    Part(
        "IN",
        least=0,
        most=MANY,
        attributes={
            "issuedBy": COUNTRY,
            "INType!": _one_of("LEI", "EIN", "IIN", "BRN", "Other"),
        },
    ),
    Part("VAT", least=0),
    Part("Name", most=MANY),
    Part("PlatformBusinessName", least=0, most=MANY),
    ADDRESS,
    Part("Nexus", _shaped("RPONEX[1-5]"), least=0),
    Part("AssumedReporting", BOOLEAN, least=0),
)
PERSON: Parts = (
    Part("ResCountryCode", COUNTRY, most=MANY),
    TIN,
    Part("VAT", least=0),
    Part("Name", (Part("FirstName"), Part("LastName")), most=MANY),
    ADDRESS,
    Part("BirthInfo", (Part("BirthDate", DATE),)),
)


def _quarters(group: str, prefix: str, *, is_money: bool = True) -> Part:
    attributes = {"currCode!": CURRENCY} if is_money else {}
    names = (f"{prefix}{number}" for number in range(1, 5))
    return Part(
        group, tuple(Part(name, INTEGER, attributes=attributes) for name in names)
    )


SUMS: Parts = (
    _quarters("Consideration", "ConsQ"),
    _quarters("NumberOfActivities", "NumbQ", is_money=False),
    _quarters("Fees", "FeesQ"),
    _quarters("Taxes", "TaxQ"),
)
IDENTITY = Part(
    "Identity",
    (
        Part(
            "EntitySeller", (Part("Standard", (Part("EntSellerID", ENTITY), ACCOUNT)),)
        ),
        Part(
            "IndividualSeller",
            (Part("Standard", (Part("IndSellerID", PERSON), ACCOUNT)),),
        ),
    ),
    is_choice=True,
)
SELLER = Part(
    "ReportableSeller",
    (
        IDENTITY,
        Part(
            "RelevantActivities",
            (
                Part("PersonalServices", SUMS, least=0),
                Part("SaleOfGoods", SUMS, least=0),
            ),
        ),
        RECORD,
    ),
    least=0,
    most=MANY,
)
MESSAGE = Part(
    "MessageSpec",
    (
        Part("SendingEntityIN", least=0),
        Part("TransmittingCountry", COUNTRY),
        Part("ReceivingCountry", COUNTRY),
        Part("MessageType", _one_of("DPI")),
        Part("Warning", LONG, least=0),
        Part("Contact", LONG, least=0),
        Part("MessageRefId", _text(170)),
        Part("MessageTypeIndic", _one_of(NEW_DATA, CORRECTION, NOTHING)),
        Part("ReportingPeriod", DATE),
        Part("Timestamp", MOMENT),
    ),
)
BODY = Part("DPIBody", (Part("PlatformOperator", (*ENTITY, RECORD)), SELLER))
ROOT = Part("DPI_OECD", (MESSAGE, BODY), attributes={"version!": _one_of("1.0")})


def find_faults(root: ET.Element) -> list[str]:
    """Return what a tax office would refuse in a message, each with its place."""
    faults = list(_check(root, ROOT, ROOT.name))
    return faults or list(_check_message(root))


def _check(element: ET.Element, part: Part, place: str) -> Iterator[str]:
    if element.tag != f"{{{part.space}}}{part.name}":
        yield f"{place}: {_name(element)} stands in its place"
        return
    yield from _check_attributes(element, part, place)
    if isinstance(part.holds, tuple):
        if (element.text or "").strip():
            yield f"{place}: words stand among its elements"
        check = _check_choice if part.is_choice else _check_sequence
        yield from check(element, part.holds, place)
    elif len(element):
        yield f"{place}: it holds elements"
    elif not _is_sound(element.text or "", part.holds):
        yield f"{place}: “{(element.text or '')[:40]}” is not of its type"


def _check_attributes(element: ET.Element, part: Part, place: str) -> Iterator[str]:
    known = {name.removesuffix("!"): test for name, test in part.attributes.items()}
    for name in part.attributes:
        if name.endswith("!") and name[:-1] not in element.attrib:
            yield f"{place}: {name[:-1]} is missing"
    for name, value in element.attrib.items():
        if name not in known:
            yield f"{place}: {name} is no attribute of it"
        elif not _is_sound(value, known[name]):
            yield f"{place}: {name} “{value[:40]}” is not of its type"


def _check_choice(element: ET.Element, parts: Parts, place: str) -> Iterator[str]:
    by_tag = {f"{{{part.space}}}{part.name}": part for part in parts}
    if len(element) != 1 or element[0].tag not in by_tag:
        yield f"{place}: it holds just one of {', '.join(one.name for one in parts)}"
        return
    part = by_tag[element[0].tag]
    yield from _check(element[0], part, f"{place}/{part.name}")


def _check_sequence(element: ET.Element, parts: Parts, place: str) -> Iterator[str]:
    at, children = 0, list(element)
    for part in parts:
        count = 0
        tag = f"{{{part.space}}}{part.name}"
        while at < len(children) and children[at].tag == tag and count < part.most:
            count += 1
            number = f"[{count}]" if part.most > 1 else ""
            yield from _check(children[at], part, f"{place}/{part.name}{number}")
            at += 1
        if count < part.least:
            yield f"{place}: {part.name} is missing from its place"
            return
    if at < len(children):
        yield f"{place}: {_name(children[at])} is too much, or out of its place"


def _check_message(root: ET.Element) -> Iterator[str]:
    """Check what the guide asks for beyond the schema."""
    facts = {_name(one): one.text or "" for one in root[0]}
    start = facts["TransmittingCountry"] + facts["ReportingPeriod"][:4]
    if not facts["MessageRefId"].startswith(start + facts["ReceivingCountry"]):
        yield "MessageRefId: it begins with country, year and country"
    if not facts["ReportingPeriod"].endswith("-12-31"):
        yield "ReportingPeriod: it is the last day of a year"
    for party in root.iter():
        if _name(party) in {"PlatformOperator", "EntSellerID"}:
            has_name = party.find(f"{{{DPI}}}PlatformBusinessName") is not None
            if has_name is not (_name(party) == "PlatformOperator"):
                yield "PlatformBusinessName: operators have it, and sellers do not"
    yield from _check_records(root, facts["MessageTypeIndic"])
    for tin in root.iter(f"{{{DPI}}}TIN"):
        if (tin.text == "NOTIN") is not (tin.get("unknown") in {"true", "1"}):
            yield "TIN: NOTIN, and that alone, is unknown"


def _check_records(root: ET.Element, indic: str) -> Iterator[str]:
    """Check which records a message may hold, and what they correct.

    New ones and corrections never share a message; an operator who is told of already
    is named by the record that stands.
    """
    sellers = root.findall(f"*/{{{DPI}}}ReportableSeller")
    operators = root.findall(f"*/{{{DPI}}}PlatformOperator")
    may_be_empty = indic == NOTHING or (
        indic == CORRECTION and _is_corrected(operators)
    )
    if (indic == NOTHING and sellers) or not (sellers or may_be_empty):
        yield "MessageTypeIndic: DPI403, and that alone, says that nobody is told of"
        return
    for record in (*operators, *sellers):
        name = _name(record)
        kind = record.findtext(f"*/{{{STF}}}DocTypeIndic", "")
        if not re.fullmatch(RECORDS[indic, name], kind):
            yield f"{name}/DocTypeIndic: {kind} has no place in a {indic}"
        has_ref = record.find(f"*/{{{STF}}}CorrDocRefId") is not None
        if has_ref is not (kind[-1:] in CORRECTING):
            yield f"{name}/CorrDocRefId: it stands with corrections, and with all"
    for tag in ("DocRefId", "CorrDocRefId"):
        refs = Counter(one.text for one in root.iter(f"{{{STF}}}{tag}"))
        yield from (f"{tag}: {ref} comes twice" for ref, n in refs.items() if n > 1)
    made = {one.text for one in root.iter(f"{{{STF}}}DocRefId")}
    if any(one.text in made for one in root.iter(f"{{{STF}}}CorrDocRefId")):
        yield "CorrDocRefId: it names a record of the same message"


def _is_corrected(operators: list[ET.Element]) -> bool:
    kinds = (one.findtext(f"*/{{{STF}}}DocTypeIndic", "") for one in operators)
    return any(kind[-1:] in CORRECTING for kind in kinds)


def _is_sound(value: str, test: Test) -> bool:
    return FORBIDDEN.search(value) is None and test(value)


def _name(element: ET.Element) -> str:
    return element.tag.partition("}")[2] or element.tag
