"""What leads out of the room: links, contact details, card and account numbers."""

import enum
import re
import unicodedata

import phonenumbers
from django.utils.translation import gettext as _
from stdnum import iban, luhn

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
    | \b(?!the\b|a\b)[\w-]{{2,}}\s?
      (?: (?:\(\.\)|\[\.\]|[(\[]dot[)\]]|\bdot\b)\s?
          (?:com|net|org|info|shop|de|fr|uk|io|me)
        | \bpunkt\s?(?:com|net|org|info|shop|de|at)
        | \bpunto\s?(?:com|net|org|info|shop|it)
        | \bpoint\s?(?:com|net|org|info|shop|fr) )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
LINK_WORDS = re.compile(r"(?i)://|\b(?:dot|punkt|punto|point)\b")
EMAIL = re.compile(
    r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)*\s?(?:\.|\(dot\)|\[dot\])\s?"
    r"[a-z]{2,}"
    r"|\b[\w.+-]+\s(?:at|chiocciola|arroba|arobase)\s"
    r"(?:g(?:oogle)?mail|hotmail|outlook|yahoo|icloud|gmx|proton(?:mail)?)\b",
    re.IGNORECASE,
)
AT_WORDS = re.compile(r"(?i)[([]at[)\]]|\s(?:at|chiocciola|arroba|arobase)\s")
NUMBER = re.compile(r"(?<![\w.,])(?:\+|\(\+?)?\d(?:[\s()./\-_]{0,3}\d){7,18}(?![\w,])")
DATE = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}\b")
IBAN = re.compile(
    r"(?<!\w)(?=([A-Z]{2}\s?\d{2}(?:[\s-]?[A-Z0-9]){11,30}))", re.IGNORECASE
)
SORT_CODE = re.compile(r"(?<!\d)\d{2}-\d{2}-\d{2}\D{1,20}\d{8}(?!\d)")
ENOUGH_FIGURES = re.compile(r"(?:\d\D{0,3}){8}")
IBAN_LENGTHS = range(15, 35)
CARD_LENGTHS = range(14, 20)
PHONE_LENGTHS = range(9, 16)


class Private(enum.Enum):
    """Something private that a line holds."""

    CONTACT = "contact"
    PAYMENT = "payment"


def has_link(text: str) -> bool:
    """Whether a line holds an address of the web, written out or around."""
    if "." not in text and text.isascii() and LINK_WORDS.search(text) is None:
        return False
    return LINK.search(text if text.isascii() else _plain(text)) is not None


def find_private(text: str) -> Private | None:
    """Return what a line holds that nobody should post: numbers of money first."""
    plain = text if text.isascii() else _plain(text)
    if ENOUGH_FIGURES.search(plain) and (found := _find_number(plain)):
        return found
    if ("@" in plain or AT_WORDS.search(plain)) and EMAIL.search(plain):
        return Private.CONTACT
    return None


def explain(found: Private) -> str:
    """Say why a line waits or is refused, as a part of a sentence."""
    if found is Private.PAYMENT:
        return _("a card or account number")
    return _("contact details, which we keep out of the chat for your safety")


def _find_number(plain: str) -> Private | None:
    if SORT_CODE.search(plain) or any(map(_is_iban, IBAN.findall(plain))):
        return Private.PAYMENT
    numbers = [match.group(0) for match in NUMBER.finditer(DATE.sub("-", plain))]
    if any(map(_is_card, numbers)):
        return Private.PAYMENT
    return Private.CONTACT if any(map(_is_phone, numbers)) else None


def _is_iban(written: str) -> bool:
    """Try each length: what follows an account number may look like a part of it."""
    compact = re.sub(r"[\s-]", "", written).upper()
    return any(iban.is_valid(compact[:length]) for length in IBAN_LENGTHS)


def _is_card(written: str) -> bool:
    figures = re.sub(r"\D", "", written)
    is_likely = len(figures) in CARD_LENGTHS and figures[0] in "23456"
    return is_likely and len(set(figures)) > 1 and luhn.is_valid(figures)


def _is_phone(written: str) -> bool:
    figures = re.sub(r"\D", "", written)
    if len(figures) not in PHONE_LENGTHS:
        return False
    if written.lstrip("(").startswith("+") or figures.startswith("00"):
        return _is_valid(f"+{figures.removeprefix('00')}", None)
    if figures.startswith("0"):
        return any(_is_valid(figures, region) for region in REGIONS)
    if len(written.split()) > MOST_GROUPS:
        return False  # a row of sizes
    return any(_is_valid(figures, region) for region in REGIONS_WITHOUT_ZERO)


def _is_valid(figures: str, region: str | None) -> bool:
    try:
        number = phonenumbers.parse(figures, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


def _plain(text: str) -> str:
    """Return figures of every script and look-alike letters as plain ones."""
    figures = "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text
    )
    return fold(figures)
