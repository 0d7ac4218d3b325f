"""The class of a chat line by counted traits and learned weights, in plain Python."""

import functools
import itertools
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import orjson

HOME = Path(__file__).resolve().parent.parent / "shield"
LANGUAGES = ("en", "de", "fr", "it", "es")
KINDS = ("ordinary", "complaint", "quality", "danger", "remark")
TOKEN = re.compile(r"[^\W\d_]+|\d+|[?!]|[^\w\s.,;:()'\"-]")
STRETCHED = re.compile(r"(.)\1{2,}")
LEAST_STEM = 3
GRAMS = (3, 4, 5)
OF_WORDS, OF_LETTERS, OF_CLASSES, OF_START = 0.35, 0.12, 0.45, 0.5
CLASS, PAIR, THEN, FIRST, LENGTH = "c:", "p:", "q:", "f:", "n:"
NEAR = 3
EXACT, WIDTH, LONGEST = 8, 3, 20
"""Words of a line: counted exactly, then in threes, and no further."""
MOST_KNOWN = 20_000
"""Words remembered with what they come to, in a few megabytes."""
BAR_STEPS = 10_000
"""Bars are kept in whole steps of a ten-thousandth."""
OWN_LANGUAGE = 1.5
"""How many common words the show's language is worth when that of a line is guessed."""

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words of one language by meaning: whole words, pairs and beginnings."""

    words: Mapping[str, tuple[str, ...]]
    stems: Mapping[str, tuple[str, ...]]
    common: frozenset[str]
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    """What words of earlier lines mean by themselves."""

    def read(self, tokens: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the meanings of each word of a line."""
        return [
            self._look_up(token, tokens[index - 1] if index else "")
            for index, token in enumerate(tokens)
        ]

    def _look_up(self, token: str, before: str) -> tuple[str, ...]:
        alone = self._known.get(token)
        if alone is None:
            alone = self.words.get(token, ())
            for end in range(LEAST_STEM, len(token) + 1):
                alone += self.stems.get(token[:end], ())
            remember(self._known, token, alone)
        return alone + self.words.get(f"{before} {token}", ())


@dataclass(frozen=True, slots=True)
class Model:
    """Learned weights per trait, one for each kind in the order of `KINDS`."""

    bias: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]
    alarm_from: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """By language, how sure of the complaint family, a remark and danger it must be."""
    _known: dict[str, tuple[float, ...]] = field(default_factory=dict, compare=False)
    """What words of earlier lines add; people say the same ones again and again."""

    def measure(self, text: str, language: str) -> tuple[float, ...]:
        """Return the probability of each kind."""
        tokens = split(text)
        sums = self._add(self.bias, _list_line_traits(tokens, language))
        for added in map(self._weigh_word, tokens):
            sums = [one + more for one, more in zip(sums, added, strict=True)]
        top = max(sums)
        powers = [math.exp(one - top) for one in sums]
        whole = sum(powers)
        return tuple(power / whole for power in powers)

    def _weigh_word(self, token: str) -> tuple[float, ...]:
        """Return what a word adds by itself, wherever it stands."""
        added = self._known.get(token)
        if added is None:
            nothing = (0.0,) * len(self.bias)
            added = tuple(self._add(nothing, _list_word_traits(token)))
            remember(self._known, token, added)
        return added

    def _add(
        self, start: Sequence[float], traits: Iterable[tuple[str, float]]
    ) -> list[float]:
        sums = list(start)
        for trait, value in traits:
            found = self.weights.get(trait)
            if found is not None:
                for index, weight in enumerate(found):
                    sums[index] += weight * value
        return sums


def remember(known: dict[str, V], word: str, value: V) -> None:
    """Keep what a word came to; a full memory begins anew."""
    if len(known) >= MOST_KNOWN:
        known.clear()
    known[word] = value


def sum_sorts(shares: Sequence[float]) -> tuple[float, float, float]:
    """Return how sure it is of the complaint family, of a remark, and of danger.

    Each against an ordinary line alone: who wavers between the two is an alarm as well.
    """
    ordinary, *family, remark = shares
    sorts = (sum(family), remark, family[-1])
    family_sure, remark_sure, danger_sure = (one / (one + ordinary) for one in sorts)
    return family_sure, remark_sure, danger_sure


def fold(text: str) -> str:
    """Return a line without case, accents and stretched letters."""
    bare = text.casefold()
    if not bare.isascii():
        plain = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return STRETCHED.sub(r"\1\1", bare)


def split(text: str) -> list[str]:
    """Return the words and telling signs of a line; every number is `0`."""
    tokens = TOKEN.findall(fold(text))
    return ["0" if token.isdigit() else token for token in tokens]


def list_traits(text: str, language: str) -> Iterable[tuple[str, float]]:
    """Return the traits of a line with their values; some come more than once."""
    tokens = split(text)
    for token in tokens:
        yield from _list_word_traits(token)
    yield from _list_line_traits(tokens, language)


def _list_word_traits(token: str) -> Iterable[tuple[str, float]]:
    """Return the traits that a word has by itself."""
    yield token, OF_WORDS
    for trait in _list_letters(token):
        yield trait, OF_LETTERS


def _list_line_traits(
    tokens: Sequence[str], language: str
) -> Iterable[tuple[str, float]]:
    """Return the traits that come of how the words of a line stand together."""
    for before, after in itertools.pairwise(tokens):
        yield f"{before} {after}", OF_WORDS
    for trait in _list_meanings(_guess_lexicon(tokens, language).read(tokens)):
        yield trait, OF_CLASSES
    for trait in (f"1:{' '.join(tokens[:count])}" for count in (1, 2)):
        yield trait, OF_START
    yield _name_length(len(tokens)), 1.0


def _name_length(count: int) -> str:
    """Return the trait of a line's length: the same words alarm less among many."""
    counted = min(count, LONGEST)
    if counted >= EXACT:
        counted -= (counted - EXACT) % WIDTH
    return f"{LENGTH}{counted}"


def choose_language(language: str) -> str:
    """Return which of the known languages a show's stands for."""
    return language[:2] if language[:2] in LANGUAGES else LANGUAGES[0]


@functools.cache
def load_model() -> Model:
    """Read the weights once per process."""
    kept = orjson.loads((HOME / "weights.json").read_bytes())
    numbers = {number for row in kept["weights"].values() for number in row}
    parts = {number: number / 100 for number in numbers}  # each one once in memory
    weights = {
        trait: tuple([parts[number] for number in row])
        for trait, row in kept["weights"].items()
    }
    bias = tuple(number / 100 for number in kept["bias"])
    alarm_from = {
        language: tuple(number / BAR_STEPS for number in bars)
        for language, bars in kept["alarm_from"].items()
    }
    return Model(bias, weights, alarm_from)


@functools.cache
def load_lexicon(language: str) -> Lexicon:
    """Read the words of a language, each line `class: words`."""
    words: dict[str, tuple[str, ...]] = {}
    stems: dict[str, tuple[str, ...]] = {}
    common: set[str] = set()
    path = HOME / "lexicon" / f"{language}.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, entries = line.partition(":")
        for entry in fold(entries).split():
            if name == "common":
                common.add(entry)
                continue
            place = stems if entry.endswith("*") else words
            key = entry.rstrip("*").replace("_", " ")
            place[key] = (*place.get(key, ()), name)
    return Lexicon(words, stems, frozenset(common))


def _guess_lexicon(tokens: Sequence[str], language: str) -> Lexicon:
    """Return the words of the language that a line is most likely in."""
    own = choose_language(language)
    best, most = own, 0.0
    for one in LANGUAGES:
        common = load_lexicon(one).common
        count = sum(map(common.__contains__, tokens))
        points = count + (OWN_LANGUAGE if one == own else 0.0)
        if points > most:
            best, most = one, points
    return load_lexicon(best)


def _list_meanings(meant: Sequence[tuple[str, ...]]) -> list[str]:
    """Return what is meant, what is meant together, and what soon after what.

    Each once and in an order of its own, so that sums are the same in every process.
    """
    every = sorted({name for names in meant for name in names})
    found = {f"{CLASS}{name}" for name in every}
    found.update(
        f"{PAIR}{name}+{other}"
        for index, name in enumerate(every)
        for other in every[index + 1 :]
    )
    for index, names in enumerate(meant):
        for later in meant[index + 1 : index + 1 + NEAR]:
            found.update(f"{THEN}{name}>{other}" for name in names for other in later)
    found.update(f"{FIRST}{name}" for names in meant[:2] for name in names)
    if not every:
        found.add(f"{CLASS}nothing")
    return sorted(found)


def _list_letters(token: str) -> list[str]:
    """Return the runs of letters within a word, its ends marked."""
    if len(token) < LEAST_STEM:
        return []
    marked = f"<{token}>"
    return [
        f"#{marked[at : at + size]}"
        for size in GRAMS
        for at in range(len(marked) - size + 1)
    ]
