"""Folding: what a line says once the tricks of its writing are seen through.

Look-alike letters, accents, zero width, punctuation inside words, figures and signs
for letters, and stretching. Spacing is seen by whoever reads a whole line.
"""

import itertools
import re
import string
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from confusable_homoglyphs.confusables import confusables_data

PIECE = re.compile(r"[^\W_]+")
MASKS = frozenset("*#•")
MASKED = re.compile(r"[^\W\d_]+(?:[*#•][^\W\d_]*)+")
STRETCH = re.compile(r"(.)\1+")
SIGNS = "@$!|€+"
FIGURES = "0134578"
EDGES = ".,;:?!()\"'"
LEET_WORD = re.compile(r"[0134578@$€+a-z][0134578@$!|€+a-z]*[0134578@$€a-z]")
AS_I = str.maketrans(FIGURES + SIGNS, "oieastb" + "asiiet")
AS_L = str.maketrans(FIGURES + SIGNS, "oleastb" + "asllet")
SENTENCE_MARKS = frozenset(".,;:!?/'\u2019&()\"")
SHORTEST_LEET = 3
SHORTEST_DOUBLED = 5
MOST_RUNS = 3
MOST_LETTERS = 10_000
EXTRA = {
    **dict(zip("ʙɢʜʟɴʀʏᴀᴅᴇᴊᴋᴍᴘᴛᴜᴠᴡᴢꜰǫ", "bghlnryadejkmptuvwzfq", strict=True)),
    **dict(zip("вкмнтиѕјԁ", "bkmhtnsjd", strict=True)),
    **dict(zip("øØđĐðħłŁ\u0131ƒ", "oodddhllif", strict=True)),
    "æ": "ae",
    "Æ": "ae",
    "œ": "oe",
    "Œ": "oe",
    "þ": "th",
}
BLOCKS_OF_LETTERS = (0x1F1E6, 0x1F150, 0x1F170, 0x1F130)
"""Letters drawn as flags and in circles and squares, each from A to Z in a row."""


class Token(NamedTuple):
    """A word of a line: as it stands, folded, and what else it may be read as."""

    raw: str
    word: str
    others: tuple[str, ...] = ()
    mask: str = ""
    """The word with `*` where a letter was hidden."""


def fold(text: str) -> str:
    """Return plain small letters: no accents, zero width or look-alike letters."""
    return text.lower() if text.isascii() else text.translate(_folded())


@lru_cache(maxsize=16_384)
def read_chunk(chunk: str) -> tuple[Token, ...]:
    """Read what stands between two spaces; most of a chat's words come again."""
    bare = chunk.strip(EDGES)
    if bare.isascii() and bare.isalpha():
        word = bare.lower()
        return (Token(word, word, tuple(_read_stretched(word))),)
    return _read_tricky(chunk)


def read_leet(folded: str) -> Iterator[str]:
    """Read figures and signs as letters where a word holds both."""
    if folded.isalpha() or folded.isdecimal():
        return
    for match in LEET_WORD.finditer(folded):
        word = match.group(0)
        figures = sum(letter.isdigit() for letter in word)
        letters = sum(letter.isalpha() for letter in word)
        is_word = letters or (not figures and len(set(word)) > 1)
        if is_word and 2 * figures <= len(word) and len(word) >= SHORTEST_LEET:
            yield word.translate(AS_I)
            yield word.translate(AS_L)


def list_spellings(word: str) -> set[str]:
    """Return how a word of a list may be spelt: also with ae, oe and ue."""
    wide = word.casefold().translate({228: "ae", 246: "oe", 252: "ue"})
    return {" ".join(PIECE.findall(fold(spelt))) for spelt in (word, wide)}


def _read_tricky(chunk: str) -> tuple[Token, ...]:
    """Read a chunk with more than plain letters, by its pieces and as a whole."""
    folded = fold(chunk)
    raws = PIECE.findall(unicodedata.normalize("NFC", chunk).casefold())
    pieces = PIECE.findall(folded)
    whole = {*read_leet(folded), *_read_joined(folded, pieces)} - set(pieces)
    mask = _read_mask(folded)
    if not pieces:
        return (Token(chunk, "", tuple(whole)),) if whole else ()
    if len(raws) != len(pieces):
        raws = pieces
    tokens = [
        Token(raw, piece, tuple(_read_stretched(piece)) if _is_stretched(raw) else ())
        for raw, piece in zip(raws, pieces, strict=True)
    ]
    more = [other for word in whole for other in (word, *_read_stretched(word))]
    others = tuple(dict.fromkeys((*tokens[0].others, *more)))
    tokens[0] = tokens[0]._replace(others=others, mask=mask)
    return tuple(tokens)


def _read_joined(folded: str, pieces: list[str]) -> Iterator[str]:
    """Read over marks inside a word; a missing space after a sentence is none."""
    if len(pieces) < 2:
        return
    marks = {mark for mark in folded if not mark.isalnum()}
    if not marks & SENTENCE_MARKS or all(len(piece) < 3 for piece in pieces):
        yield "".join(pieces)


def _read_mask(folded: str) -> str:
    match = MASKED.search(folded) if MASKS & set(folded) else None
    if match is None:
        return ""
    return match.group(0).replace("#", "*").replace("•", "*")


def _is_stretched(raw: str) -> bool:
    """Whether letters are doubled as typed: é and e are two letters."""
    return STRETCH.search(raw) is not None


def _read_stretched(word: str) -> Iterator[str]:
    """Read doubled and stretched letters as one or two, in every combination."""
    runs = [match.span() for match in STRETCH.finditer(word)]
    is_stretched = any(end - start > 2 for start, end in runs)
    if not runs or not (is_stretched or len(word) >= SHORTEST_DOUBLED):
        return
    for counts in itertools.product((1, 2), repeat=min(len(runs), MOST_RUNS)):
        spelt, before = [], 0
        for place, (start, end) in enumerate(runs):
            count = counts[min(place, MOST_RUNS - 1)]
            spelt += [word[before:start], word[start] * count]
            before = end
        reading = "".join(spelt) + word[before:]
        if reading != word:
            yield reading


class _Folded(dict[int, str]):
    """What each letter folds to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code)).translate(_look_alikes())
        plain = unicodedata.normalize("NFKD", plain.casefold())
        folded = plain.translate(_look_alikes())
        if len(self) < MOST_LETTERS:
            self[code] = folded
        return folded


@cache
def _folded() -> _Folded:
    return _Folded()


@cache
def _look_alikes() -> dict[int, str | None]:
    """Return one table of what looks like a letter, and what has no width."""
    table: dict[int, str | None] = {}
    for letter in string.ascii_letters:
        for alike in confusables_data.get(letter, []):
            sign = alike["c"]
            if len(sign) == 1 and not sign.isascii():
                table.setdefault(ord(sign), letter.lower())
    table |= {ord(sign): plain for sign, plain in EXTRA.items()}
    for start in BLOCKS_OF_LETTERS:
        letters = range(start, start + 26)
        table |= dict(zip(letters, string.ascii_lowercase, strict=True))
    for code in itertools.chain(range(0x80, 0x20000), range(0xE0000, 0xE01F0)):
        if unicodedata.category(chr(code)) in {"Mn", "Me", "Cf"}:
            table[code] = None
    return table
