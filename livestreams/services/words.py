"""Rules of words: what the room blocks, holds for a second look, or lets pass."""

import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from livestreams.models import WordList
from shopfront.common import clock

REFRESH = dt.timedelta(seconds=10)
LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|net|org|io|ly|me)\b")
CONTACT = re.compile(r"\S+@\S+\.\w+|(?:\+?\d[\s()./-]*){9,}")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
SPACED = re.compile(r"(?<!\w)(?:\w[\s._*-]+){2,}\w(?!\w)")
LETTER_LIKE = re.compile(r"(?<=\w)[!|](?=\w)")
LOOK_ALIKE = str.maketrans("013457@$", "oieastas")


class Action(enum.Enum):
    """What happens to a message."""

    ALLOW = "allow"
    HOLD = "hold"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An action with the words that explain it to the author."""

    action: Action
    why: str = ""
    hits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _List:
    market: int | None
    language: str
    action: Action
    pattern: re.Pattern[str]

    def covers(self, market: int, language: str) -> bool:
        """Whether this list holds in a market for a show in a language."""
        speaks = not self.language or language.startswith(self.language[:2])
        return speaks and self.market in {None, market}


@dataclass(frozen=True, slots=True)
class _Rules:
    read_at: dt.datetime
    lists: tuple[_List, ...]


_rules: _Rules | None = None


def judge(
    text: str, *, market_id: int, language: str, is_calm: bool = False
) -> Verdict:
    """Weigh a message by the word lists of its room; under a millisecond.

    Args:
        text: what was written.
        market_id: the market whose lists hold, beside those for all markets.
        language: the show's; a word may be rude in one language and a colour in
            another.
        is_calm: the author is under 18 or of unknown age: contact details wait.
    """
    forms = {_fold(text), _fold(SPACED.sub(_join, text))}
    held: set[str] = set()
    for rule in _get_rules().lists:
        if not rule.covers(market_id, language):
            continue
        hits = {hit.group(0) for form in forms for hit in rule.pattern.finditer(form)}
        if hits and rule.action is Action.BLOCK:
            return Verdict(
                rule.action, _("words that are not allowed"), tuple(sorted(hits))
            )
        held |= hits
    if held:
        return Verdict(Action.HOLD, _("words that need a look"), tuple(sorted(held)))
    if is_calm and CONTACT.search(text):
        return Verdict(Action.HOLD, _("contact details"))
    return Verdict(Action.ALLOW)


def has_link(text: str) -> bool:
    """Whether a message holds an address of the web."""
    return LINK.search(text) is not None


def tidy(text: str) -> str:
    """Return what was written without control characters and runs of space."""
    plain = unicodedata.normalize("NFC", INVISIBLE.sub("", text))
    return " ".join("".join(_drop_control(plain)).split())


def forget_rules() -> None:
    """Read the word lists anew at the next message."""
    global _rules
    _rules = None


def _drop_control(text: str) -> Iterable[str]:
    return (
        " " if unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} else letter
        for letter in text
    )


def _join(match: re.Match[str]) -> str:
    return re.sub(r"[\s._*-]+", "", match.group(0))


def _fold(text: str) -> str:
    """See through case, accents, look-alike letters, zero width and stretching."""
    plain = unicodedata.normalize("NFKD", INVISIBLE.sub("", text)).casefold()
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    told = LETTER_LIKE.sub("i", bare.translate(LOOK_ALIKE))
    return re.sub(r"(\w)\1{2,}", r"\1\1", told)


def _get_rules() -> _Rules:
    global _rules
    now = clock.now()
    if _rules is None or abs(now - _rules.read_at) > REFRESH:
        _rules = _Rules(now, tuple(_read_lists()))
    return _rules


def _read_lists() -> Iterable[_List]:
    """Read the lists, those that block first."""
    for row in WordList.objects.order_by("severity", "id"):
        words = [re.escape(_fold(word)) for word in row.words if word.strip()]
        if words:
            pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")
            yield _List(row.market_id, row.language, Action(row.severity), pattern)
