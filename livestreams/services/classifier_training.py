"""Learning the weights: phrases become lines, lines become a logistic regression."""

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from livestreams.services.classifier import (
    HOME,
    KINDS,
    LANGUAGES,
    Model,
    list_traits,
)

SLOT = re.compile(r"\{(\w+)\}")
MOST_OF_PHRASE = 6
TYPO_ONE_IN = 6
LEAST_SEEN = 2
MOST_TRAITS = 16_000
ROUNDS = 220
STEP = 0.5
SHRINK = 2e-5
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """A training line, and the phrase that it was made from."""

    language: str
    kind: str
    text: str
    phrase: int
    weight: float


def list_lines(languages: Sequence[str] = LANGUAGES) -> list[Line]:
    """Return all training lines, slots filled in the same way each time."""
    return [line for language in languages for line in _read_file(language)]


def train(lines: Sequence[Line], *, rounds: int = ROUNDS) -> Model:
    """Return the weights that tell the kinds of these lines apart.

    Multinomial logistic regression with weight decay, the whole set at each step, so
    that the same lines give the same weights.
    """
    table = _Table.build(lines)
    bias, weights = table.descend(rounds)
    order = np.argsort(-np.abs(weights).max(axis=1), kind="stable")[:MOST_TRAITS]
    kept = {
        table.names[place]: tuple(float(x) for x in np.round(weights[place], 2))
        for place in sorted(order)
    }
    return Model(tuple(float(x) for x in np.round(bias, 2)), kept)


def write_model(model: Model, path: Path) -> None:
    """Write weights as plain text, with the digest of what they were learned from."""
    body = {
        "learned_from": digest_inputs(),
        "bias": [round(x * 100) for x in model.bias],
        "weights": {
            trait: [round(x * 100) for x in row] for trait, row in model.weights.items()
        },
    }
    text = orjson.dumps(body).decode().replace('],"', '],\n"')
    path.write_text(f"{text}\n", encoding="utf-8")


def digest_inputs() -> str:
    """Return the digest of everything that decides the weights."""
    files = sorted([*HOME.glob("training/*.tsv"), *HOME.glob("lexicon/*.txt")])
    here = Path(__file__).parent
    files += [here / "classifier.py", here / "classifier_training.py"]
    total = hashlib.sha256()
    for path in files:
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _read_file(language: str) -> Iterator[Line]:
    slots: dict[str, list[str]] = {}
    phrases: list[tuple[str, str]] = []
    path = HOME / "training" / f"{language}.tsv"
    for row in path.read_text(encoding="utf-8").splitlines():
        kind, _, text = row.partition("\t")
        if kind.startswith("@"):
            slots[kind[1:]] = text.split("|")
        elif text:
            phrases.append((kind, text))
    for number, (kind, phrase) in enumerate(phrases):
        made = sorted(set(_fill(phrase, slots, number)))
        for text in made:
            weight = min(1.0, 2.5 / len(made))
            yield Line(language, kind, text, number, weight)


def _fill(phrase: str, slots: dict[str, list[str]], number: int) -> Iterator[str]:
    """Return a phrase as it stands, or some of the lines that its slots allow."""
    chance = random.Random(number)  # noqa: S311 - the same lines each time
    count = MOST_OF_PHRASE if SLOT.search(phrase) else 1
    for _ in range(count):
        yield SLOT.sub(lambda found: chance.choice(slots[found.group(1)]), phrase)
    yield _mistype(SLOT.sub(lambda f: chance.choice(slots[f.group(1)]), phrase), chance)


def _mistype(text: str, chance: random.Random) -> str:
    """Return a line as a thumb types it: some letters lost."""
    words = text.split(" ")
    for index, word in enumerate(words):
        if len(word) > 4 and word.isalpha() and chance.randrange(TYPO_ONE_IN) == 0:
            at = chance.randrange(1, len(word) - 1)
            words[index] = word[:at] + word[at + 1 :]
    return " ".join(words)


def _list_names(lines: Sequence[Line], rows: Sequence[dict[str, float]]) -> list[str]:
    """Return the traits of more than one phrase: others tell nothing of new lines."""
    phrases: dict[str, set[tuple[str, int]]] = {}
    for line, row in zip(lines, rows, strict=True):
        for trait in row:
            phrases.setdefault(trait, set()).add((line.language, line.phrase))
    return sorted(name for name, where in phrases.items() if len(where) >= LEAST_SEEN)


@dataclass(slots=True)
class _Table:
    """Lines as rows of numbered traits."""

    names: list[str]
    columns: NDArray[np.int64]
    values: Floats
    starts: NDArray[np.int64]
    goals: Floats
    shares: Floats

    @classmethod
    def build(cls, lines: Sequence[Line]) -> "_Table":
        rows = [dict(list_traits(line.text, line.language)) for line in lines]
        names = _list_names(lines, rows)
        places = {name: place for place, name in enumerate(names)}
        columns: list[int] = []
        values: list[float] = []
        starts: list[int] = []
        for row in rows:
            starts.append(len(columns))
            known = [trait for trait in row if trait in places]
            columns += [places[trait] for trait in known]
            values += [row[trait] for trait in known]
        goals = np.zeros((len(lines), len(KINDS)))
        goals[range(len(lines)), [KINDS.index(line.kind) for line in lines]] = 1
        shares = np.array([line.weight for line in lines])
        return cls(
            names,
            np.array(columns),
            np.array(values),
            np.array(starts),
            goals,
            shares / shares.sum(),
        )

    def descend(self, rounds: int) -> tuple[Floats, Floats]:
        """Follow the slope (Adam, whole set)."""
        size = (len(self.names) + 1, len(KINDS))
        place, drift, swing = np.zeros(size), np.zeros(size), np.zeros(size)
        for number in range(1, rounds + 1):
            slope = self._slope(place)
            drift = 0.9 * drift + 0.1 * slope
            swing = 0.99 * swing + 0.01 * slope**2
            step = STEP * min(1.0, 2 * (1 - number / (rounds + 1)))
            lead = drift / (1 - 0.9**number)
            place -= step * lead / (np.sqrt(swing / (1 - 0.99**number)) + 1e-8)
        return place[-1], place[:-1]

    def _slope(self, place: Floats) -> Floats:
        sums = self._multiply(place[:-1]) + place[-1]
        powers = np.exp(sums - sums.max(axis=1, keepdims=True))
        miss = powers / powers.sum(axis=1, keepdims=True) - self.goals
        miss *= self.shares[:, None]
        lengths = np.diff(np.append(self.starts, len(self.columns)))
        slope = np.empty_like(place)
        for kind in range(len(KINDS)):
            each = self.values * np.repeat(miss[:, kind], lengths)
            slope[:-1, kind] = np.bincount(self.columns, each, len(self.names))
        slope[:-1] += SHRINK * place[:-1]
        slope[-1] = miss.sum(axis=0)
        return slope

    def _multiply(self, weights: Floats) -> Floats:
        products: Any = weights[self.columns] * self.values[:, None]
        return np.asarray(np.add.reduceat(products, self.starts, axis=0))
