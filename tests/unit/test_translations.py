"""The words of the pages: every one that a shopper meets is said in German too."""

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[2]
LANGUAGES = [path.parent.parent.name for path in ROOT.glob("locale/*/*/django.po")]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
SHOPPERS = (
    "templates/*.html",
    "templates/account/**/*",
    "templates/catalog/**/*",
    "templates/components/**/*",
    "templates/livestreams/**/*",
    "templates/orders/**/*",
    "templates/shopfront/**/*",
    "catalog/errors/**/*",
    "catalog/forms*",
    "catalog/models/delivery*",
    "catalog/views/**/*",
    "catalog/services/**/*",
    "livestreams/errors/**/*",
    "livestreams/models/sayings*",
    "livestreams/selectors/**/*",
    "livestreams/services/**/*",
    "livestreams/views/**/*",
    "orders/errors/**/*",
    "orders/forms*",
    "orders/selectors/**/*",
    "orders/services/**/*",
    "orders/views/**/*",
    "shopfront/common/**/*",
    "shopfront/markets/**/*",
    "shopfront/services/**/*",
    "shopfront/templatetags/*",
    "shopfront/views/**/*",
)
"""Where the words of shoppers stand; those of creators and staff may wait."""
STAFF = (
    "catalog/errors/reports",
    "shopfront/views/desk",
    "shopfront/common/desk",
    "livestreams/services/gateways",
    "livestreams/services/goods_alerts",
    "livestreams/services/help_calls",
    "livestreams/services/word_lists",
    "templates/base_portal",
)
INDENT = re.compile(r"^\s+", re.MULTILINE)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")


def list_files() -> Iterator[Path]:
    for pattern in SHOPPERS:
        for path in ROOT.glob(pattern):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in {".py", ".html", ".txt"} and not name.startswith(STAFF):
                yield path


def list_words(path: Path) -> Iterator[str | tuple[str, ...]]:
    """Yield what a file says to a reader; a plural as a pair."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = INDENT.sub("", templatize(source, origin=path.name))
    found = extract("python", io.BytesIO(source.encode()), KEYWORDS)
    for _line, words, _comments, _context in found:
        yield words


@cache
def read_catalogue(language: str) -> Catalog:
    path = ROOT / f"locale/{language}/LC_MESSAGES/django.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def list_forms(words: "str | list[str] | tuple[str, ...] | None") -> list[str]:
    """Return a word alone, or each form of a plural."""
    return [words] if isinstance(words, str) else list(words or ())


def list_translated(language: str) -> list[Message]:
    """List what is said in a language, whole and sure."""
    return [
        one
        for one in read_catalogue(language)
        if one.id and not one.fuzzy and all(list_forms(one.string))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_a_shopper_is_translated(language: str) -> None:
    known = {list_forms(one.id)[0] for one in list_translated(language)}
    missing = {
        (path.relative_to(ROOT).as_posix(), words)
        for path in list_files()
        for found in list_words(path)
        if (words := list_forms(found)[0]) not in known
    }
    assert not missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_places_of_names_and_numbers(language: str) -> None:
    wrong = []
    for one in list_translated(language):
        expected = set(PLACEHOLDER.findall(list_forms(one.id)[-1]))
        said = [set(PLACEHOLDER.findall(text)) for text in list_forms(one.string)]
        if any(places != expected for places in said):
            wrong.append(one.id)
    assert not wrong


def test_the_reader_of_words_finds_each_way_to_write_them(tmp_path: Path) -> None:
    """The control: without it, a reader that finds nothing would prove nothing."""
    page, code = tmp_path / "page.html", tmp_path / "code.py"
    page.write_text(
        '<p title="{% translate "Title" %}">{% blocktranslate trimmed count n=n %}'
        "\n one {{ n }}\n{% plural %}\n many {{ n }}\n{% endblocktranslate %}</p>"
    )
    code.write_text('x = _("plain")\ny = ngettext("one", "two", 2)\nz = "not"\n')
    assert list(list_words(page)) == ["Title", ("one %(n)s", "many %(n)s")]
    assert list(list_words(code)) == ["plain", ("one", "two")]
    assert LANGUAGES
