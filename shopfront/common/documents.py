"""Documents as accessible PDF (PDF/UA-1): facts go in as data, never as markup."""

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

UNSHOWN = re.compile(r"the text `\"(.+?)\"` could not be displayed")
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
PLACEHOLDER = "?"
MOST_UNSHOWN = 200
FORMLESS = {"Cc", "Cf", "Cs", "Co", "Cn"}

_unshown: set[str] = set()
"""Characters that the fonts lack, as far as this process has met them."""


def render_pdf(template: str, facts: Mapping[str, Any]) -> bytes:
    """Return a document as tagged PDF with its fonts embedded.

    The same facts give the same bytes: fonts come with the library and no clock is
    read. A character that no font can show stands as a question mark, for PDF/UA-1
    allows no empty boxes.

    Args:
        template: path of a Typst file below the templates, for example
            "orders/invoice.typ"; it reads its facts with
            `json(bytes(sys.inputs.facts))`.
        facts: what the document says; plain values that JSON can hold.
    """
    path = Path(settings.BASE_DIR) / "templates" / template
    for _attempt in range(MOST_UNSHOWN):
        try:
            return _compile(path, _clean(facts))
        except typst.TypstError as error:
            found = UNSHOWN.search(str(error))
            if found is None:
                raise
            _unshown.update(ESCAPED.sub(_unescape, found.group(1)))
    return _compile(path, _clean(facts, is_plain=True))


def _compile(path: Path, facts: Any) -> bytes:
    document: bytes = typst.compile(
        path,
        root=path.parent,
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        timestamp=0,
    )
    return document


def _clean(value: Any, *, is_plain: bool = False) -> Any:
    """Return a value whose texts hold nothing that could not be shown."""
    if isinstance(value, Mapping):
        return {key: _clean(part, is_plain=is_plain) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(part, is_plain=is_plain) for part in value]
    if not isinstance(value, str):
        return value
    letters = [
        letter
        for letter in unicodedata.normalize("NFC", value)
        if unicodedata.category(letter) not in FORMLESS
    ]
    if is_plain:
        return "".join(one if one.isascii() else PLACEHOLDER for one in letters)
    return "".join(PLACEHOLDER if one in _unshown else one for one in letters)


def _unescape(found: re.Match[str]) -> str:
    return chr(int(found.group(1), 16))
