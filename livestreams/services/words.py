"""Rules of words: what the room blocks, holds for a second look, flags or lets pass."""

import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Max

from livestreams.models import WordList
from livestreams.models.sayings import Saying, keep
from livestreams.services import contact_details
from livestreams.services.contact_details import Private
from livestreams.services.languages import recognise
from livestreams.services.word_index import Entry, Find, WordIndex
from shopfront.common import clock

REFRESH = dt.timedelta(seconds=10)
INVISIBLE = re.compile(
    "[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
    r"|\u200d(?=\w)|(?<=\w)\u200d"
)
BEYOND_LATIN = re.compile("[\u00ad\u0250-\U0010ffff]")
BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
    "{2})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\ufe20-\ufe2f]+"
)

has_link = contact_details.has_link


class Action(enum.Enum):
    """What happens to a message."""

    ALLOW = "allow"
    FLAG = "flag"
    HOLD = "hold"
    BLOCK = "block"


STRICTNESS = (Action.ALLOW, Action.FLAG, Action.HOLD, Action.BLOCK)


@dataclass(frozen=True, slots=True)
class Verdict:
    """An action with the words that explain it to the author."""

    action: Action
    why: str = ""
    hits: tuple[str, ...] = ()
    private: Private | None = None
    """Something private that the message holds, where that decided."""


Row = tuple[int | None, int | None, str, str, list[str]]


@dataclass(slots=True)
class _Rules:
    """The lists as they were read, and the indexes made of them when first asked."""

    read_at: dt.datetime
    mark: tuple[int, dt.datetime | None]
    """How many lists there are and when one changed last."""
    rows: Sequence[Row]
    indexes: dict[tuple[int | None, int | None], WordIndex | None] = field(
        default_factory=dict
    )

    def list_indexes(self, market: int, creator: int | None) -> list[WordIndex]:
        """Return the site's index for a market, and the creator's where there is one.

        Apart, so that what the site never stops can be stopped by a creator.
        """
        keys = [(market, None)] + ([(market, creator)] if creator else [])
        for key in keys:
            if key not in self.indexes:
                self.indexes[key] = self._build(*key)
        return [index for key in keys if (index := self.indexes[key])]

    def _build(self, market: int | None, creator: int | None) -> WordIndex | None:
        rows = [
            row for row in self.rows if row[0] in {None, market} and row[1] == creator
        ]
        if not rows:
            return None
        allowed, entries = [], []
        for _market, _creator, language, severity, words in rows:
            action = Action(severity)
            for word in words:
                if action is Action.ALLOW:
                    allowed.append((word, language[:2]))
                else:
                    strictness = STRICTNESS.index(action)
                    entries.append(Entry(word, strictness, language[:2]))
        return WordIndex.build(entries, allowed)


_rules: _Rules | None = None


def judge(
    text: str, *, market_id: int, language: str, creator_id: int | None = None
) -> Verdict:
    """Weigh a message by the word lists of its room; under a tenth of a millisecond.

    Args:
        text: what was written.
        market_id: the market whose lists hold, beside those for all markets.
        language: the show's; a word may be rude in one language and a colour in
            another. A line in another language is judged by that one's lists too.
        creator_id: the creator whose own list holds as well.
    """
    rules = _get_rules()
    found = contact_details.find_private(text)
    if found is Private.PAYMENT:
        return Verdict(Action.BLOCK, contact_details.explain(found), private=found)
    finds = [
        find
        for index in rules.list_indexes(market_id, creator_id)
        for find in index.find(text)
    ]
    verdict = _decide(_keep_spoken(finds, text, language)) if finds else PASSED
    if found and verdict.action is not Action.BLOCK:
        why = contact_details.explain(found)
        return Verdict(Action.HOLD, why, verdict.hits, found)
    return verdict


def tidy(text: str) -> str:
    """Return what was written without control characters and runs of space.

    Nothing turns the direction of what others read, and at most two marks stand on
    a letter.
    """
    if not text.isascii() and BEYOND_LATIN.search(text):
        plain = unicodedata.normalize("NFC", INVISIBLE.sub("", text))
        text = MARKS.sub(r"\1", plain)
    if not text.isprintable():
        text = BREAKS.sub(" ", text)
    return " ".join(text.split())


def forget_rules() -> None:
    """Read the word lists anew at the next message."""
    global _rules
    _rules = None


PASSED = Verdict(Action.ALLOW)


def _keep_spoken(finds: list[Find], text: str, language: str) -> list[Entry]:
    """Keep what the lists of the languages in use say; recognise the line's if needed.

    Most lines need no recognition: nothing was found, or the show's language decides.
    """
    spoken = {"", language[:2]}
    if any(_needs_language(find, spoken) for find in finds):
        spoken.add(recognise(text))
    return [
        find.entry
        for find in finds
        if find.entry.language in spoken and not find.pardons & spoken
    ]


def _needs_language(find: Find, spoken: set[str]) -> bool:
    """Whether the line's language decides if a find counts."""
    if find.pardons:
        return not find.pardons & spoken
    return find.entry.language not in spoken


def _decide(entries: list[Entry]) -> Verdict:
    if not entries:
        return PASSED
    strictest = max(entry.strictness for entry in entries)
    hits = {entry.word for entry in entries if entry.strictness == strictest}
    action = STRICTNESS[strictest]
    why = {
        Action.BLOCK: keep(Saying.WORDS_BLOCKED),
        Action.HOLD: keep(Saying.WORDS_HELD),
        Action.FLAG: keep(Saying.WORDS_FLAGGED),
    }
    return Verdict(action, why[action], tuple(sorted(hits)))


def _get_rules() -> _Rules:
    """Return the lists; what changed elsewhere is seen within ten seconds."""
    global _rules
    now = clock.now()
    if _rules is None:
        _rules = _read_rules(now)
    elif abs(now - _rules.read_at) > REFRESH:
        facts = WordList.objects.aggregate(n=Count("id"), at=Max("updated_at"))
        if (facts["n"], facts["at"]) == _rules.mark:
            _rules.read_at = now
        else:
            _rules = _read_rules(now)
    return _rules


def _read_rules(now: dt.datetime) -> _Rules:
    fields = ("market", "creator", "language", "severity", "words")
    rows = list(WordList.objects.order_by("id").values_list(*fields, "updated_at"))
    newest = max((row[-1] for row in rows), default=None)
    return _Rules(now, (len(rows), newest), [row[:-1] for row in rows])
