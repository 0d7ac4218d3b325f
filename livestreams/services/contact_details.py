"""What leads out of the room: links, contact details, card and account numbers."""

import enum
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import phonenumbers
from stdnum import iban, luhn

from livestreams.models.sayings import Saying, keep
from livestreams.services.folding import fold

REGIONS = ("GB", "DE", "FR", "IT", "ES", "IE", "AT", "NL", "HU")
REGIONS_WITHOUT_ZERO = ("ES", "IT")
MOST_GROUPS = 4
ENDINGS = (
    "com|net|org|info|biz|io|co|eu|uk|ly|gg|tv|ru|cn|xyz|app|shop|store|site|club|dev|"
    "ch|pl|be|hu|ie"
)
ENDINGS_LIKE_WORDS = (
    "de|fr|it|es|at|nl|me|in|is|us|to|so|my|be|live|link|page|top|online"
)
LINK = re.compile(
    rf"""
    \b(?:h(?:tt|xx)ps?://|www\.)\S+
    | \b(?:t|wa|m)\.me\b | \blinktr\.ee\b
    | (?<![\w@.-])(?:[\w-]+\.)+(?:{ENDINGS})\b(?![\w-])
    | (?<![\w@.-])(?:[\w-]+\.)+(?:{ENDINGS_LIKE_WORDS})(?:/|\s*\Z)(?<!\.\s)
    | \b(?:at|on|visit|auf|bei|unter|sur|chez|su|da|en|por|via|see|siehe)\s+
      (?:[\w-]+\.)+(?:{ENDINGS_LIKE_WORDS})\b
    """,
    re.VERBOSE,
)
LINK_IN_WORDS = re.compile(
    r"""
    (?<=[\w-])(?<!\bthe)(?<!\ba)\s?
    (?: (?:\(\.\)|\[\.\]|[(\[]dot[)\]]|\bdot\b)\s?
        (?:com|net|org|info|shop|de|fr|uk|io|me)
      | \bpunkt\s?(?:com|net|org|info|shop|de|at)
      | \bpunto\s?(?:com|net|org|info|shop|it)
      | \bpoint\s?(?:com|net|org|info|shop|fr) )\b
    """,
    re.VERBOSE,
)
DOTTED = re.compile(r"\.[^\W\d_]|://")
DOTS_IN_WORDS = ("dot", "punkt", "punto", "point", "(.)", "[.]")
EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)*\s?"
    r"(?:\.|\(dot\)|\[dot\])\s?[a-z]{2,}"
)
EMAIL_SIGNS = ("@", "(at)", "[at]")
EMAIL_IN_WORDS = re.compile(
    r"(?<=\w)\s(?:at|chiocciola|arroba|arobase)\s"
    r"(?:g(?:oogle)?mail|hotmail|outlook|yahoo|icloud|gmx|proton(?:mail)?)\b"
)
MAILERS = ("mail", "outlook", "yahoo", "icloud", "gmx", "proton")
OTHER_SCRIPTS = re.compile(
    "[^\x00-\u024f](?:(?<=\\w)|(?<=[\uff00-\uff61\u3002\u2024]))"
)
"""Letters and figures that may only look like ours."""
NUMBER = re.compile(r"(?<![\w.,])(?:\+|\(\+?)?\d(?:[\s()./\-_]{0,3}\d){7,18}(?![\w,])")
DATE = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}\b")
IBAN = re.compile(
    r"(?<!\w)(?=([A-Z]{2}\s?\d{2}(?:[\s-]?[A-Z0-9]){11,30}))", re.IGNORECASE
)
SORT_CODE = re.compile(r"(?<!\d)\d{2}-\d{2}-\d{2}\D{1,20}\d{8}(?!\d)")
FULL_STOPS = (0x3002, 0xFF61)
FIGURES = "0123456789"
FEWEST_FIGURES = 8
FEWEST_FIGURES_OF_IBAN = 12
FIGURES_OF_SORT_CODE = 14
IBAN_LENGTHS = range(15, 35)
SHIFTED = 1_000_000
"""Two letters and two figures, which are checked behind all others."""
CARD_LENGTHS = range(14, 20)
PHONE_LENGTHS = range(9, 16)


class Private(enum.Enum):
    """Something private that a line holds."""

    CONTACT = "contact"
    PAYMENT = "payment"


def has_link(text: str) -> bool:
    """Whether a line holds an address of the web, written out or around."""
    plain = _plain(text)
    is_dotted = "." in plain or "://" in plain
    if is_dotted and DOTTED.search(plain) and LINK.search(plain):
        return True
    has_words = any(dot in plain for dot in DOTS_IN_WORDS)
    return has_words and LINK_IN_WORDS.search(plain) is not None


def find_private(text: str) -> Private | None:
    """Return what a line holds that nobody should post: numbers of money first."""
    plain = _plain(text)
    figures = sum(map(plain.count, FIGURES))
    if figures >= FEWEST_FIGURES:
        found = _find_number(plain, figures)
        if found:
            return found
    if any(sign in plain for sign in EMAIL_SIGNS) and EMAIL.search(plain):
        return Private.CONTACT
    has_mailer = any(name in plain for name in MAILERS)
    return Private.CONTACT if has_mailer and EMAIL_IN_WORDS.search(plain) else None


def explain(found: Private) -> str:
    """Return why a line waits or is refused, as it is stored."""
    if found is Private.PAYMENT:
        return keep(Saying.ACCOUNT_NUMBER)
    return keep(Saying.CONTACT)


def _find_number(plain: str, count: int) -> Private | None:
    """Return what the figures of a line are, so many in all."""
    if count >= FIGURES_OF_SORT_CODE and SORT_CODE.search(plain):
        return Private.PAYMENT
    if count >= FEWEST_FIGURES_OF_IBAN and any(map(_is_iban, IBAN.findall(plain))):
        return Private.PAYMENT
    numbers = [match.group(0) for match in NUMBER.finditer(DATE.sub("-", plain))]
    if any(map(_is_card, numbers)):
        return Private.PAYMENT
    return Private.CONTACT if any(map(_is_phone, numbers)) else None


def _is_iban(written: str) -> bool:
    """Try each length: what follows an account number may look like a part of it."""
    compact = re.sub(r"[\s-]", "", written).upper()
    if sum(map(compact.count, FIGURES)) < FEWEST_FIGURES_OF_IBAN:
        return False
    return any(map(iban.is_valid, _list_checked(compact)))


def _list_checked(compact: str) -> Iterator[str]:
    """Return beginnings with right check figures, which costs less than all else."""
    head = int("".join(str(int(sign, 36)) for sign in compact[:4]))
    rest = 0
    for length, sign in enumerate(compact[4:], 5):
        value = int(sign, 36)
        rest = (rest * (100 if value > 9 else 10) + value) % 97
        if length in IBAN_LENGTHS and (rest * SHIFTED + head) % 97 == 1:
            yield compact[:length]


def _is_card(written: str) -> bool:
    figures = re.sub(r"\D", "", written)
    is_likely = len(figures) in CARD_LENGTHS and figures[0] in "23456"
    return is_likely and len(set(figures)) > 1 and luhn.is_valid(figures)


def _is_phone(written: str) -> bool:
    figures = re.sub(r"\D", "", written)
    if len(figures) not in PHONE_LENGTHS:
        return False
    if written.lstrip("(").startswith("+"):
        return _is_possible(f"+{figures}")
    if figures.startswith("00"):
        return _is_valid(f"+{figures.removeprefix('00')}", None)
    if figures.startswith("0"):
        return any(_is_valid(figures, region) for region in REGIONS)
    if len(written.split()) > MOST_GROUPS:
        return False  # a row of sizes
    return any(_is_valid(figures, region) for region in REGIONS_WITHOUT_ZERO)


def _is_possible(figures: str) -> bool:
    """Whether a country has numbers so long: who writes a plus means a telephone."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(figures, None))
    except phonenumbers.NumberParseException:
        return False


def _is_valid(figures: str, region: str | None) -> bool:
    try:
        number = phonenumbers.parse(figures, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


@lru_cache(maxsize=64)
def _plain(text: str) -> str:
    """Return small letters; figures and letters of other scripts as ours."""
    if text.isascii() or OTHER_SCRIPTS.search(text) is None:
        return text.lower()
    return fold(text.translate(_figures()))


@cache
def _figures() -> dict[int, str]:
    """Return the figures of every script as ours, and full stops that browsers take."""
    signs = (chr(code) for code in range(0x80, 0x20000))
    return {
        ord(sign): str(unicodedata.decimal(sign)) for sign in signs if sign.isdecimal()
    } | dict.fromkeys(FULL_STOPS, ".")
