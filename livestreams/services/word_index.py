"""The index of word lists: finds their words in a line, however they are written.

Whole words only, so that Scunthorpe may speak of its cocktails; an entry may end or
begin with `*` where its endings or beginnings are many. What was read once is kept:
most of a chat's words come again.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from livestreams.services.folding import (
    AS_I,
    AS_L,
    PIECE,
    Token,
    fold,
    list_spellings,
    read_chunk,
)
from livestreams.services.word_sieve import Sieve, take_apart

KEPT = 20_000
SHORTEST_SPACED = 3
SHORTEST_MASKED = 4
PAIRS = """
al am an as at be bi by ce da de di do du ed el em en er es et eu ex fu go ha he hi ho
il im in is it ja je la le lo ma me mi mo my ne ni no nu of oh ok on op or os ou pa pi
re sa se si so su ta te ti to tu um un up us va vi vu wo ya ye zu
"""
COMMON_PAIRS = frozenset(PAIRS.split())
"""Whole words of two letters: no pieces of a longer one."""
LONE_LETTERS = frozenset("bcdfgkpqrvwz")
"""Letters that stand alone neither as words nor as sizes of clothes."""


class Entry(NamedTuple):
    """A word of a list, as strict as its list, in the list's language."""

    word: str
    strictness: int
    language: str = ""


class Find(NamedTuple):
    """A listed word in a line, and the languages in which the spot is harmless."""

    entry: Entry
    pardons: frozenset[str] = frozenset()


Phrase = tuple[tuple[str, ...], Entry]


class _Seen(NamedTuple):
    """What a chunk of a line says to this index."""

    words: tuple[str, ...]
    has_piece: bool
    """Whether one of the words may be a piece of one whose letters stand apart."""
    finds: tuple[Find, ...] = ()
    phrases: tuple[tuple[int, Phrase], ...] = ()
    """Phrases that one of the words begins, with the word's place."""


@dataclass(slots=True)
class WordIndex:
    """The words of some lists, and the words that are never stopped."""

    words: dict[str, list[Entry]] = field(default_factory=dict)
    stems: dict[str, list[Entry]] = field(default_factory=dict)
    endings: dict[str, list[Entry]] = field(default_factory=dict)
    phrases: dict[str, list[Phrase]] = field(default_factory=dict)
    pardoned: dict[str, frozenset[str]] = field(default_factory=dict)
    excuses: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    masks: dict[tuple[int, str], list[Entry]] = field(default_factory=dict)
    beginnings: set[str] = field(default_factory=set)
    _lengths: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    _sieve: Sieve = field(default_factory=lambda: Sieve((), (), ()))
    _see: "Callable[[str], _Seen | str]" = field(init=False)
    """Looks at a chunk once; most of a chat's words come again."""

    def __post_init__(self) -> None:
        """Keep what was seen, apart from what other indexes saw."""
        self._see = lru_cache(maxsize=KEPT)(self._look)

    @classmethod
    def build(
        cls, entries: Iterable[Entry], allowed: Iterable[tuple[str, str]] = ()
    ) -> "WordIndex":
        """Index entries, and pairs of an allowed word and its language."""
        index = cls()
        for entry in entries:
            for spelt in list_spellings(entry.word):
                index._add(spelt, entry)
        for word, language in allowed:
            index._allow(tuple(PIECE.findall(word.casefold())), language)
        for spelt in (*index.words, *index.stems, *index.endings):
            index.beginnings |= {spelt[:end] for end in range(1, len(spelt) + 1)}
        index._lengths = (_measure(index.stems), _measure(index.endings))
        words = (*index.words, *index.phrases)
        index._sieve = Sieve(words, index.stems, index.endings)
        return index

    def find(self, text: str) -> list[Find]:
        """Find listed words in a line, plain or in disguise."""
        chunks = text.split()
        seen = list(map(self._see, chunks))
        telling = [
            (place, one) for place, one in enumerate(seen) if not isinstance(one, str)
        ]
        finds = [(place, find) for place, one in telling for find in one.finds]
        if any(one.phrases for _place, one in telling):
            finds += self._find_phrases(chunks, telling)
        if finds and self._may_excuse(text):
            finds = self._excuse(finds, chunks)
        found = [find for _place, find in finds]
        if any(one.has_piece for _place, one in telling):
            found += self._find_spaced(seen)
        return found

    def _add(self, spelt: str, entry: Entry) -> None:
        pieces = tuple(spelt.split())
        if not pieces:
            return
        if len(pieces) > 1:
            self.phrases.setdefault(pieces[0], []).append((pieces, entry))
            self.words.setdefault("".join(pieces), []).append(entry)
        elif entry.word.endswith("*"):
            self.stems.setdefault(spelt, []).append(entry)
        elif entry.word.startswith("*"):
            self.endings.setdefault(spelt, []).append(entry)
        else:
            self.words.setdefault(spelt, []).append(entry)
        if len(pieces) == 1 and len(spelt) >= SHORTEST_MASKED:
            self.masks.setdefault((len(spelt), spelt[0]), []).append(entry)

    def _allow(self, pieces: tuple[str, ...], language: str) -> None:
        if len(pieces) == 1:
            known = self.pardoned.get(pieces[0], frozenset())
            self.pardoned[pieces[0]] = known | {language}
        elif pieces:
            self.excuses.setdefault(pieces[0], []).append((pieces, language))

    def _look(self, chunk: str) -> _Seen | str:
        """Return what a chunk says; of one that says nothing its first word."""
        words, bones = take_apart(chunk)
        if bones is None or any(map(self._sieve.catches, bones)):
            return self._read(chunk)
        if any(map(_is_piece, words)):
            return _Seen(tuple(words), has_piece=True)
        return words[0]

    def _read(self, chunk: str) -> _Seen:
        """Read a chunk in full."""
        tokens = read_chunk(chunk)
        finds = tuple(find for token in tokens for find in self._find_in(token))
        phrases = tuple(
            (place, phrase)
            for place, token in enumerate(tokens)
            for reading in (token.word, *token.others)
            if reading in self.phrases
            for phrase in self.phrases[reading]
        )
        words = tuple(token.word for token in tokens)
        return _Seen(words, any(map(_is_piece, words)), finds, phrases)

    def _may_excuse(self, text: str) -> bool:
        """Whether letters of a line begin a phrase that is allowed."""
        written = unicodedata.normalize("NFC", text).casefold()
        folded = fold(text)
        return any(word in written or word in folded for word in self.excuses)

    def _excuse(
        self, finds: list[tuple[int, Find]], chunks: list[str]
    ) -> list[tuple[int, Find]]:
        """Pardon finds, by the places of their chunks, in phrases that are allowed."""
        words = [
            (token.raw, place)
            for place, chunk in enumerate(chunks)
            for token in read_chunk(chunk)
        ]
        raws = tuple(raw for raw, _place in words)
        excused: dict[int, frozenset[str]] = {}
        for start, raw in enumerate(raws):
            for pieces, language in self.excuses.get(raw, ()):
                end = start + len(pieces)
                if raws[start:end] == pieces:
                    for _raw, place in words[start:end]:
                        excused[place] = excused.get(place, frozenset()) | {language}
        return [
            (place, Find(find.entry, find.pardons | excused.get(place, frozenset())))
            for place, find in finds
        ]

    def _find_in(self, token: Token) -> list[Find]:
        found = [
            entry
            for reading in (token.word, *token.others)
            for entry in self._match(reading)
        ]
        if token.mask:
            found += self._match_mask(token.mask)
        if not found:
            return []
        pardons = frozenset[str]().union(
            *(self.pardoned.get(word, ()) for word in (token.raw, *token.others))
        )
        return [Find(entry, pardons) for entry in found]

    def _match(self, word: str) -> list[Entry]:
        """Return the entries that are this word, or its beginning or ending."""
        found = self.words.get(word, [])
        stems, endings = self._lengths
        if stems and word[: stems[0]] in self.beginnings:
            for length in stems:
                if word[:length] in self.stems:
                    found = [*found, *self.stems[word[:length]]]
                if length >= len(word):
                    break
        for length in endings:
            if word[-length:] in self.endings and length <= len(word):
                found = [*found, *self.endings[word[-length:]]]
        return found

    def _match_mask(self, mask: str) -> Iterator[Entry]:
        """Return the entries of which enough letters show."""
        if 2 * mask.count("*") > len(mask):
            return
        for entry in self.masks.get((len(mask), mask[0]), []):
            for spelt in list_spellings(entry.word):
                pairs = zip(mask, spelt, strict=False)
                if len(spelt) == len(mask) and all(a in (b, "*") for a, b in pairs):
                    yield entry

    def _find_spaced(self, seen: list[_Seen | str]) -> Iterator[Find]:
        """Find words whose letters stand apart."""
        run: list[str] = []
        for one in seen:
            if isinstance(one, str):
                words: tuple[str, ...] = (one,) if run else ()
            else:
                words = one.words if run or one.has_piece else ()
            for word in words:
                if _is_piece(word):
                    run.append(word)
                elif run:
                    yield from self._find_before(run, word)
                    run = []
        if run:
            yield from self._find_in_run(run)

    def _find_before(self, run: list[str], word: str) -> Iterator[Find]:
        """Find words in a run of pieces, or from its last into the word after it."""
        if len(word) > 2 and run[-1] in LONE_LETTERS:
            yield from map(Find, self._match(run[-1] + word))
        yield from self._find_in_run([*run, word] if len(word) == 2 else run)

    def _find_in_run(self, run: list[str]) -> Iterator[Find]:
        """Grow a word from each letter of a run for as long as a listed one may be."""
        joined = "".join(run)
        if len(run) < 2 or len(joined) < SHORTEST_SPACED:
            return
        for text in {joined, joined.translate(AS_I), joined.translate(AS_L)}:
            for first in range(len(text)):
                for last in range(first + 1, len(text) + 1):
                    part = text[first:last]
                    if part not in self.beginnings:
                        break
                    if last - first >= SHORTEST_SPACED:
                        yield from map(Find, self._list_bare(part))

    def _list_bare(self, word: str) -> list[Entry]:
        sources = (self.words, self.stems, self.endings)
        return [entry for source in sources for entry in source.get(word, ())]

    def _find_phrases(
        self, chunks: list[str], telling: list[tuple[int, _Seen]]
    ) -> Iterator[tuple[int, Find]]:
        for place, one in telling:
            for offset, (pieces, entry) in one.phrases:
                there = _take(chunks, place, offset, len(pieces))
                if len(there) == len(pieces) and all(
                    piece == token.word or piece in token.others
                    for piece, token in zip(pieces, there, strict=True)
                ):
                    yield place, Find(entry)


def _take(chunks: list[str], place: int, offset: int, count: int) -> tuple[Token, ...]:
    """Return so many tokens from one on, fewer where the line ends."""
    tokens = read_chunk(chunks[place])[offset:]
    while len(tokens) < count and place + 1 < len(chunks):
        place += 1
        tokens += read_chunk(chunks[place])
    return tokens[:count]


def _is_piece(word: str) -> bool:
    return 0 < len(word) < SHORTEST_SPACED and word not in COMMON_PAIRS


def _measure(entries: dict[str, list[Entry]]) -> tuple[int, ...]:
    return tuple(sorted({len(spelt) for spelt in entries}))
