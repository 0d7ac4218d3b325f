"""The index of word lists: finds their words in a line, however they are written.

Whole words only, so that Scunthorpe may speak of its cocktails; an entry may end or
begin with `*` where its endings or beginnings are many. What was read once is kept:
most of a chat's words come again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from livestreams.services.folding import (
    PIECE,
    Token,
    list_spellings,
    read_chunk,
    read_leet,
)

KEPT = 20_000
LONGEST_RUN = 40
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


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of a list, as strict as its list, in the list's language."""

    word: str
    strictness: int
    language: str = ""


@dataclass(frozen=True, slots=True)
class Find:
    """A listed word in a line, and the languages in which the spot is harmless."""

    entry: Entry
    pardons: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a chunk of a line says to this index."""

    tokens: tuple[Token, ...]
    finds: tuple[Find, ...]
    begins_phrase: bool
    has_short: bool


@dataclass(slots=True)
class WordIndex:
    """The words of some lists, and the words that are never stopped."""

    words: dict[str, list[Entry]] = field(default_factory=dict)
    stems: dict[str, list[Entry]] = field(default_factory=dict)
    endings: dict[str, list[Entry]] = field(default_factory=dict)
    phrases: dict[str, list[tuple[tuple[str, ...], Entry]]] = field(
        default_factory=dict
    )
    pardoned: dict[str, frozenset[str]] = field(default_factory=dict)
    excuses: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    masks: dict[tuple[int, str], list[Entry]] = field(default_factory=dict)
    _seen: dict[str, _Seen] = field(default_factory=dict)
    _lengths: tuple[range, range] = (range(0), range(0))

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
        index._lengths = (_measure(index.stems), _measure(index.endings))
        return index

    def find(self, text: str) -> list[Find]:
        """Find listed words in a line, plain or in disguise."""
        seen = [self._see(chunk) for chunk in text.split()]
        finds = [find for chunk in seen for find in chunk.finds]
        if finds and self.excuses:
            finds = self._excuse(seen)
        has_phrase = any(chunk.begins_phrase for chunk in seen)
        has_short = any(chunk.has_short for chunk in seen)
        if has_short or has_phrase:
            tokens = [token for chunk in seen for token in chunk.tokens]
            finds += self._find_spaced(tokens) if has_short else ()
            finds += self._find_phrases(tokens) if has_phrase else ()
        return finds

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

    def _see(self, chunk: str) -> _Seen:
        seen = self._seen.get(chunk)
        if seen is None:
            if len(self._seen) >= KEPT:
                self._seen.clear()
            seen = self._seen[chunk] = self._look(chunk)
        return seen

    def _excuse(self, seen: list[_Seen]) -> list[Find]:
        """Return the finds, pardoned where they stand in a phrase that is allowed."""
        words = [
            (token.raw, place)
            for place, chunk in enumerate(seen)
            for token in chunk.tokens
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
            Find(find.entry, find.pardons | excused.get(place, frozenset()))
            for place, chunk in enumerate(seen)
            for find in chunk.finds
        ]

    def _look(self, chunk: str) -> _Seen:
        tokens = read_chunk(chunk)
        finds = [find for token in tokens for find in self._find_in(token)]
        begins = any(
            reading in self.phrases
            for token in tokens
            for reading in (token.word, *token.others)
        )
        has_short = any(len(token.word) < 3 for token in tokens)
        return _Seen(tokens, tuple(finds), begins, has_short)

    def _find_in(self, token: Token) -> Iterator[Find]:
        pardons = frozenset[str]().union(
            *(self.pardoned.get(word, ()) for word in (token.raw, *token.others))
        )
        for reading in (token.word, *token.others):
            for entry in self._match(reading):
                yield Find(entry, pardons)
        if token.mask:
            yield from map(Find, self._match_mask(token.mask))

    def _match(self, word: str) -> list[Entry]:
        """Return the entries that are this word, or its beginning or ending."""
        found = self.words.get(word, [])
        stems, endings = self._lengths
        for length in stems:
            if hit := self.stems.get(word[:length]):
                found = [*found, *hit]
            if length >= len(word):
                break
        for length in endings:
            if hit := self.endings.get(word[-length:]):
                found = [*found, *hit]
            if length >= len(word):
                break
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

    def _find_spaced(self, tokens: list[Token]) -> Iterator[Find]:
        """Find words whose letters stand apart."""
        run: list[str] = []
        for token in tokens:
            if len(token.word) == 1 or (
                len(token.word) == 2 and token.word not in COMMON_PAIRS
            ):
                run.append(token.word)
                continue
            yield from self._find_in_run([*run, token.word])
            if len(token.word) > 2 and run and run[-1] in LONE_LETTERS:
                yield from map(Find, self._match(run[-1] + token.word))
            run = []
        yield from self._find_in_run(run)

    def _find_in_run(self, run: list[str]) -> Iterator[Find]:
        """Join two-letter pieces, or three and more letters, that follow each other."""
        for first in range(min(len(run), LONGEST_RUN)):
            for last in range(first + 2, min(len(run), first + LONGEST_RUN) + 1):
                pieces = run[first:last]
                if len(pieces[-1]) > 2 or sum(map(len, pieces)) < 3:
                    continue
                joined = "".join(pieces)
                for reading in {joined, *read_leet(joined)}:
                    yield from map(Find, self._match(reading))

    def _find_phrases(self, tokens: list[Token]) -> Iterator[Find]:
        for place, token in enumerate(tokens):
            for reading in (token.word, *token.others):
                for pieces, entry in self.phrases.get(reading, []):
                    there = tokens[place : place + len(pieces)]
                    if len(there) == len(pieces) and all(
                        piece == one.word or piece in one.others
                        for piece, one in zip(pieces, there, strict=True)
                    ):
                        yield Find(entry)


def _measure(entries: dict[str, list[Entry]]) -> range:
    lengths = [len(spelt) for spelt in entries]
    return range(min(lengths), max(lengths) + 1) if lengths else range(0)
