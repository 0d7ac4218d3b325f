"""The class of a chat line by counted traits and learned weights, in plain Python."""

import functools
import itertools
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

HOME = Path(__file__).resolve().parent.parent / "shield"
LANGUAGES = ("en", "de", "fr", "it", "es")
KINDS = ("ordinary", "complaint", "quality", "danger", "remark")
TOKEN = re.compile(r"[^\W\d_]+|\d+|[?!]|[^\w\s.,;:()'\"-]")
STRETCHED = re.compile(r"(.)\1{2,}")
LEAST_STEM = 3
GRAMS = (3, 4, 5)
OF_WORDS, OF_LETTERS, OF_CLASSES, OF_START = 0.35, 0.12, 0.45, 0.5
CLASS, PAIR, THEN, FIRST = "c:", "p:", "q:", "f:"
NEAR = 3
OWN_LANGUAGE = 1.5
"""How many common words the show's language is worth when that of a line is guessed."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words of one language by meaning: whole words, pairs and beginnings."""

    words: Mapping[str, tuple[str, ...]]
    stems: Mapping[str, tuple[str, ...]]
    common: frozenset[str]

    def read(self, tokens: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the meanings of each word of a line."""
        return [
            self._look_up(token, tokens[index - 1] if index else "")
            for index, token in enumerate(tokens)
        ]

    def _look_up(self, token: str, before: str) -> tuple[str, ...]:
        found = self.words.get(token, ()) + self.words.get(f"{before} {token}", ())
        for end in range(LEAST_STEM, len(token) + 1):
            found += self.stems.get(token[:end], ())
        return found


@dataclass(frozen=True, slots=True)
class Model:
    """Learned weights per trait, one for each kind in the order of `KINDS`."""

    bias: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]
    alarm_from: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """By language, how sure of the complaint family and of a remark it must be."""

    def measure(self, text: str, language: str) -> tuple[float, ...]:
        """Return the probability of each kind."""
        sums = list(self.bias)
        for trait, value in list_traits(text, language):
            found = self.weights.get(trait)
            if found is not None:
                for index, weight in enumerate(found):
                    sums[index] += weight * value
        top = max(sums)
        powers = [math.exp(one - top) for one in sums]
        whole = sum(powers)
        return tuple(power / whole for power in powers)


def sum_sorts(shares: Sequence[float]) -> tuple[float, float]:
    """Return how sure it is of the complaint family, and of a remark."""
    return sum(shares[1:-1]), shares[-1]


def fold(text: str) -> str:
    """Return a line without case, accents and stretched letters."""
    plain = unicodedata.normalize("NFKD", text.casefold())
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
        yield token, OF_WORDS
    for before, after in itertools.pairwise(tokens):
        yield f"{before} {after}", OF_WORDS
    for trait in _list_letters(tokens):
        yield trait, OF_LETTERS
    for trait in _list_meanings(_guess_lexicon(tokens, language).read(tokens)):
        yield trait, OF_CLASSES
    for trait in (f"1:{' '.join(tokens[:count])}" for count in (1, 2)):
        yield trait, OF_START


def choose_language(language: str) -> str:
    """Return which of the known languages a show's stands for."""
    return language[:2] if language[:2] in LANGUAGES else LANGUAGES[0]


@functools.cache
def load_model() -> Model:
    """Read the weights once per process."""
    kept = orjson.loads((HOME / "weights.json").read_bytes())
    weights = {
        trait: tuple(number / 100 for number in row)
        for trait, row in kept["weights"].items()
    }
    bias = tuple(number / 100 for number in kept["bias"])
    alarm_from = {
        language: tuple(number / 100 for number in bars)
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
        count = sum(token in common for token in tokens)
        points = count + (OWN_LANGUAGE if one == own else 0.0)
        if points > most:
            best, most = one, points
    return load_lexicon(best)


def _list_meanings(meant: Sequence[tuple[str, ...]]) -> set[str]:
    """Return what is meant, what is meant together, and what soon after what."""
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
    return found


def _list_letters(tokens: Sequence[str]) -> list[str]:
    """Return the runs of letters within words, their ends marked."""
    found = []
    for token in tokens:
        if len(token) < LEAST_STEM:
            continue
        marked = f"<{token}>"
        for size in GRAMS:
            found += [
                f"#{marked[at : at + size]}" for at in range(len(marked) - size + 1)
            ]
    return found
