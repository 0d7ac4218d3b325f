"""Documents: accessible PDF from data that is never read as markup."""

import io
from typing import Any

from pypdf import PdfReader

from orders.models import Invoice
from orders.selectors.invoices import render_invoice
from shopfront.common import clock

PART = {
    "title": "#set text(red) *Stool* <b>",
    "sku": "$x$",
    "quantity": 2,
    "unit_minor": 2500,
    "discount_minor": 100,
    "tax_bps": 1900,
    "tax_minor": 782,
    "total_minor": 4900,
}


def make_invoice(**changes: object) -> Invoice:
    facts = {
        "seller": {"name": "Byteworth", "address": "4 Row\nLeeds", "vat_number": "GB1"},
        "buyer": {"name": "Ünal", "street": "Straße 1", "city": "Köln"},
        "order": "DE-1",
        "ordered_at": clock.now().isoformat(),
        "zone": "Europe/Berlin",
        "days": [2, 4],
        "corrects": "",
        "parts": [PART],
        "rates": [{"tax_bps": 1900, "net_minor": 4118, "tax_minor": 782}],
    }
    return Invoice(
        kind=Invoice.Kind.INVOICE,
        name="BYTEWORTH-000001",
        language="de",
        facts=facts | changes,
        total_minor=4900,
        tax_minor=782,
        currency="EUR",
    )


def read(document: bytes) -> tuple[Any, str]:
    reader = PdfReader(io.BytesIO(document))
    return reader, "\n".join(page.extract_text() for page in reader.pages)


def test_an_invoice_is_tagged_has_its_fonts_and_its_language() -> None:
    reader, text = read(render_invoice(make_invoice()))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "de"
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert "BYTEWORTH-000001" in str(reader.metadata.title)
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    for font in fonts:
        [drawn] = font.get_object()["/DescendantFonts"]
        descriptor = drawn.get_object()["/FontDescriptor"]
        assert {"/FontFile3", "/FontFile2"} & set(descriptor)
    for words in ("49,00\xa0€", "19%", "41,18\xa0€", "Straße 1"):
        assert words in text


def test_what_people_typed_is_shown_letter_by_letter() -> None:
    _reader, text = read(render_invoice(make_invoice()))
    assert "#set text(red) *Stool* <b> ($x$), " in text.replace("\n", " ")


def test_letters_without_a_font_become_question_marks() -> None:
    buyer = {"name": "漢字 \u200b\x00Sam 😀"}
    for _again in range(2):
        _reader, text = read(render_invoice(make_invoice(buyer=buyer)))
        assert "?? Sam ?" in text


def test_the_same_facts_give_the_same_bytes() -> None:
    invoice = make_invoice()
    assert render_invoice(invoice) == render_invoice(invoice)


def test_a_long_order_goes_on_with_its_head_repeated() -> None:
    reader, text = read(render_invoice(make_invoice(parts=[PART] * 60)))
    assert len(reader.pages) > 2
    assert text.count("49,00") >= 60
