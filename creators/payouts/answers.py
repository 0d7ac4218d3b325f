"""What banks answer: pain.002, camt.053 and camt.054, read without trusting them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as Tree
from xml.parsers import expat

from babel.numbers import get_currency_precision

LARGEST = 20_000_000
ACCEPTED, BOOKED, REJECTED, RETURNED = "accepted", "booked", "rejected", "returned"


class UnreadableAnswerError(ValueError):
    """The text is no message that we understand, or tries to be more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing said of one payment; amounts in minor units where they are told."""

    message_id: str
    end_to_end_id: str
    verdict: str
    reason: str = ""
    reference: str = ""
    amount_minor: int | None = None
    currency: str = ""


def read_answers(content: bytes) -> list[Said]:
    """Return what a message of a bank says, in its order.

    Raises:
        UnreadableAnswerError: it is no such message, or declares a document type.
    """
    root = _parse(content)
    kind = _name(root[0]) if len(root) else ""
    if kind == "CstmrPmtStsRpt":
        return list(_read_report(root))
    if kind in {"BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn"}:
        return list(_read_entries(root))
    raise UnreadableAnswerError


def _parse(content: bytes) -> Tree.Element:
    """Parse XML that declares nothing: no entities, so nothing grows or is fetched."""
    if len(content) > LARGEST:
        raise UnreadableAnswerError
    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = _refuse_doctype
    try:
        guard.Parse(content, True)
        return Tree.fromstring(content)  # noqa: S314  (no document type, see above)
    except (expat.ExpatError, Tree.ParseError, LookupError, ValueError) as fault:
        raise UnreadableAnswerError from fault


def _refuse_doctype(*_facts: object) -> None:
    raise UnreadableAnswerError


def _read_report(root: Tree.Element) -> Iterator[Said]:
    message = _text(root, "GrpHdr/MsgId")
    for told in _named(root, "TxInfAndSts"):
        state = _text(told, "TxSts")
        words = (_text(told, "Rsn/Cd"), _text(told, "AddtlInf"))
        yield Said(
            message_id=message,
            end_to_end_id=_text(told, "OrgnlEndToEndId"),
            verdict=REJECTED if state == "RJCT" else ACCEPTED,
            reason=": ".join(word for word in words if word),
            reference=state,
        )


def _read_entries(root: Tree.Element) -> Iterator[Said]:
    message = _text(root, "GrpHdr/MsgId")
    for entry in _named(root, "Ntry"):
        if _text(entry, "Sts/Cd") != "BOOK":
            continue
        for detail in _named(entry, "TxDtls"):
            side = _text(detail, "CdtDbtInd") or _text(entry, "CdtDbtInd")
            reason = _text(detail, "RtrInf/Rsn/Cd")
            if side == "CRDT" and not reason:
                continue
            amount = _find(detail, "Amt")
            amount = _find(entry, "Amt") if amount is None else amount
            currency = amount.get("Ccy", "") if amount is not None else ""
            yield Said(
                message_id=message,
                end_to_end_id=_text(detail, "EndToEndId"),
                verdict=RETURNED if side == "CRDT" else BOOKED,
                reason=reason,
                reference=_text(entry, "AcctSvcrRef"),
                amount_minor=_read_minor(amount, currency),
                currency=currency[:3],
            )


def _read_minor(amount: Tree.Element | None, currency: str) -> int | None:
    try:
        value = Decimal((amount.text or "").strip() if amount is not None else "")
        minor = value.scaleb(get_currency_precision(currency))
        return int(minor) if minor == minor.to_integral_value() else None
    except InvalidOperation:
        return None


def _name(element: Tree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _named(element: Tree.Element, name: str) -> Iterator[Tree.Element]:
    return (child for child in element.iter() if _name(child) == name)


def _find(element: Tree.Element, path: str) -> Tree.Element | None:
    """Return the first element below at a path of names, whatever their namespace."""
    *parents, last = path.split("/")
    places = [element]
    for name in parents:
        places = [child for place in places for child in _named(place, name)]
    found = (child for place in places for child in _named(place, last))
    return next(found, None)


def _text(element: Tree.Element, path: str) -> str:
    found = _find(element, path)
    return (found.text or "").strip()[:140] if found is not None else ""
