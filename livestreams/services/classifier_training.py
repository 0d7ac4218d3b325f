"""Learning the weights: lines become a logistic regression."""

import hashlib
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from livestreams.services.classifier import (
    BAR_STEPS,
    HOME,
    KINDS,
    LANGUAGES,
    Model,
    list_traits,
    sum_sorts,
)
from livestreams.services.classifier_lines import Line

LEAST_SEEN = 3
ROUNDS = 4
STEP = 0.5
SHRINK = 1e-5
AT_ONCE = 256
WAYS = ((0.3, True), (0.5, True), (0.3, True), (0.5, True), (0.3, False), (0.5, False))
"""Of each way down: the share of traits that is lost, and whether evenings are learned.

Two ways from other beginnings differ by as much as many trials gained: a mean of six
wavers less. Evenings are many and all in one manner: a third that never saw them keeps
what others know.
"""
FOLDS = 3
FALSE_ALARMS = (0.006, 0.006, 0.002)
"""The shares of ordinary phrases that may raise each sort of alarm.

The complaint family, a remark, and danger beside its family: to miss that is worse.
"""
LEAST_SURE = 0.5
Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


def learn(lines: Sequence[Line], *, rounds: int = ROUNDS) -> Model:
    """Return weights, and how sure of an alarm one must be with them by language.

    How sure is found on every line by weights learned without its phrase and others
    of its fold: the surest that lets through no more false alarms than wanted.
    """
    table = _Table.build(lines)
    folds = np.array([line.phrase % FOLDS for line in lines])
    ordinary: list[tuple[Line, tuple[float, ...]]] = []
    for fold in range(FOLDS):
        model = _go_down(table, np.flatnonzero(folds != fold), rounds)
        ordinary += [
            (line, model.measure(line.text, line.language))
            for line in lines
            if line.phrase % FOLDS == fold and line.kind == KINDS[0]
        ]
    alarm_from = {
        language: set_alarms([one for one in ordinary if one[0].language == language])
        for language in LANGUAGES
    }
    model = _go_down(table, np.arange(len(lines)), rounds)
    return replace(model, alarm_from=alarm_from)


def train(lines: Sequence[Line], *, rounds: int = ROUNDS) -> Model:
    """Return the weights that tell the kinds of these lines apart.

    Multinomial logistic regression with weight decay (AdaGrad: Duchi, Hazan and Singer,
    2011), the lines in an order of chance that is the same each time, so that the same
    lines give the same weights. The mean of several ways down: on each some traits of
    a line are lost by chance, so that no few words decide alone.
    """
    return _go_down(_Table.build(lines), np.arange(len(lines)), rounds)


def write_model(model: Model, path: Path) -> None:
    """Write weights as plain text, with the digest of what they were learned from."""
    body = {
        "learned_from": digest_inputs(),
        "bias": [round(x * 100) for x in model.bias],
        "alarm_from": {
            language: [round(x * BAR_STEPS) for x in bars]
            for language, bars in model.alarm_from.items()
        },
        "weights": {
            trait: [round(x * 100) for x in row] for trait, row in model.weights.items()
        },
    }
    text = orjson.dumps(body).decode().replace('],"', '],\n"')
    path.write_text(f"{text}\n", encoding="utf-8")


def digest_inputs() -> str:
    """Return the digest of everything that decides the weights."""
    files = sorted([*HOME.glob("training/*/*.txt"), *HOME.glob("lexicon/*.txt")])
    here = Path(__file__).parent
    files += [here / f"classifier{part}.py" for part in ("", "_lines", "_training")]
    total = hashlib.sha256()
    for path in files:
        total.update(
            f"{path.parent.name}/{path.name}".encode()
            + b"\0"
            + path.read_bytes()
            + b"\0"
        )
    return total.hexdigest()


def set_alarms(
    measured: Sequence[tuple[Line, tuple[float, ...]]],
) -> tuple[float, ...]:
    """Return how sure it must be of each sort of alarm.

    Every ordinary phrase counts the same, however many lines it makes.
    """
    made = Counter(line.phrase for line, _ in measured)
    weights = [1 / (made[line.phrase] * len(made)) for line, _ in measured]
    sorts = zip(*(sum_sorts(shares) for _, shares in measured), strict=True)
    return tuple(
        _find_bar(zip(sureness, weights, strict=True), most)
        for sureness, most in zip(sorts, FALSE_ALARMS, strict=True)
    )


def _find_bar(weighed: Iterable[tuple[float, float]], most: float) -> float:
    """Return the sureness that all but the wanted share of these lines stay under."""
    over = 0.0
    for sureness, weight in sorted(weighed, reverse=True):
        over += weight
        if over > most:
            return math.floor(BAR_STEPS * sureness + 1) / BAR_STEPS
    return LEAST_SURE


def _count_traits(line: Line) -> dict[str, float]:
    row: dict[str, float] = {}
    for trait, value in list_traits(line.text, line.language):
        row[trait] = row.get(trait, 0.0) + value
    return row


def _number_phrases(lines: Sequence[Line]) -> Numbers:
    """Return which phrase each line was made from, counted over all languages."""
    numbers: dict[tuple[str, int], int] = {}
    return np.array(
        [
            numbers.setdefault((line.language, line.phrase), len(numbers))
            for line in lines
        ]
    )


def _count_phrases(columns: Numbers, phrases: Numbers, size: int) -> Numbers:
    """Return in how many phrases each trait stands; they are as long as `columns`."""
    many = int(phrases.max(initial=0)) + 1
    return np.bincount(np.unique(columns * many + phrases) // many, minlength=size)


@dataclass(slots=True)
class _Table:
    """Lines as rows of numbered traits."""

    names: list[str]
    columns: Numbers
    values: Floats
    starts: Numbers
    goals: Floats
    shares: Floats
    phrases: Numbers
    are_evenings: NDArray[np.bool_]

    @classmethod
    def build(cls, lines: Sequence[Line]) -> "_Table":
        """Read lines into numbers, without the traits that few phrases have.

        They tell little of new lines. Rows are arrays from the first, since millions
        of names in rows of their own take gigabytes.
        """
        numbers: dict[str, int] = {}
        every, amounts, ends = array("q"), array("d"), array("q", [0])
        for line in lines:
            row = _count_traits(line)
            every.extend(numbers.setdefault(trait, len(numbers)) for trait in row)
            amounts.extend(row.values())
            ends.append(len(every))
        columns, starts = np.array(every), np.array(ends)
        phrases = _number_phrases(lines)
        seen = _count_phrases(columns, phrases.repeat(np.diff(starts)), len(numbers))
        names = sorted(name for name, at in numbers.items() if seen[at] >= LEAST_SEEN)
        places = np.full(len(numbers), -1)
        places[[numbers[name] for name in names]] = np.arange(len(names))
        columns = places[columns]
        known = columns >= 0
        goals = np.zeros((len(lines), len(KINDS)))
        goals[range(len(lines)), [KINDS.index(line.kind) for line in lines]] = 1
        return cls(
            names,
            columns[known],
            np.array(amounts)[known],
            np.concatenate([[0], known.cumsum()])[starts],
            goals,
            np.array([line.weight for line in lines]),
            phrases,
            np.array([line.is_evening for line in lines]),
        )

    def know_only(self, some: Numbers) -> "_Table":
        """Return the table where traits that are rare in these lines count nothing."""
        lines = np.repeat(np.arange(len(self.shares)), np.diff(self.starts))
        taken = np.zeros(len(self.shares), dtype=bool)
        taken[some] = True
        among = taken[lines]
        phrases = self.phrases[lines[among]]
        seen = _count_phrases(self.columns[among], phrases, len(self.names))
        known = seen[self.columns] >= LEAST_SEEN
        return replace(self, values=np.where(known, self.values, 0.0))

    def take(self, some: Numbers) -> tuple[Numbers, Numbers, Floats]:
        """Return the traits of some lines: which line, which trait, how much."""
        lengths = self.starts[some + 1] - self.starts[some]
        lines = np.repeat(np.arange(len(some)), lengths)
        before = np.cumsum(lengths) - lengths
        places = np.arange(lengths.sum()) + np.repeat(
            self.starts[some] - before, lengths
        )
        return lines, self.columns[places], self.values[places]


class _Descent:
    """Weights on their way down the slope, some lines at a time."""

    def __init__(self, table: _Table, lost: float, seed: int) -> None:
        size = (len(table.names), len(KINDS))
        self.table, self.lost = table, lost
        self.chance = np.random.default_rng(seed)
        self.weights, self.passed = np.zeros(size), np.full(size, 1e-3)
        self.bias, self.bias_passed = np.zeros(len(KINDS)), np.full(len(KINDS), 1e-3)

    def run(self, some: Numbers, rounds: int) -> tuple[Floats, Floats]:
        """Go over these lines so many times."""
        for _ in range(rounds):
            order = self.chance.permutation(some)
            for start in range(0, len(order), AT_ONCE):
                self._step(order[start : start + AT_ONCE])
        return self.bias, self.weights

    def _step(self, some: Numbers) -> None:
        lines, columns, values = self._lose(*self.table.take(some))
        sums = _add_up(lines, self.weights[columns] * values[:, None], len(some))
        sums += self.bias
        powers = np.exp(sums - sums.max(axis=1, keepdims=True))
        miss = powers / powers.sum(axis=1, keepdims=True) - self.table.goals[some]
        miss *= self.table.shares[some][:, None]
        touched, places = np.unique(columns, return_inverse=True)
        slope = _add_up(places, miss[lines] * values[:, None], len(touched))
        slope += SHRINK * len(some) * self.weights[touched]
        self.passed[touched] += slope**2
        self.weights[touched] -= STEP * slope / np.sqrt(self.passed[touched])
        slope = miss.sum(axis=0)
        self.bias_passed += slope**2
        self.bias -= 0.1 * STEP * slope / np.sqrt(self.bias_passed)

    def _lose(
        self, lines: Numbers, columns: Numbers, values: Floats
    ) -> tuple[Numbers, Numbers, Floats]:
        """Lose some traits by chance, the others made up for them."""
        if not self.lost:
            return lines, columns, values
        kept = self.chance.random(len(values)) >= self.lost
        return lines[kept], columns[kept], values[kept] / (1 - self.lost)


def _go_down(table: _Table, some: Numbers, rounds: int) -> Model:
    """Return the mean weights of every way down, learned from some of the lines."""
    known = table.know_only(some)
    others = some[~table.are_evenings[some]]
    ways = [
        _Descent(known, lost, seed).run(some if all_lines else others, rounds)
        for seed, (lost, all_lines) in enumerate(WAYS, 1)
    ]
    bias = sum((way[0] for way in ways), np.zeros(len(KINDS))) / len(ways)
    weights = sum((way[1] for way in ways), np.zeros_like(ways[0][1])) / len(ways)
    kept = {
        name: tuple(float(x) for x in row)
        for name, row in zip(table.names, np.round(weights, 2), strict=True)
        if row.any()
    }
    return Model(tuple(float(x) for x in np.round(bias, 2)), kept)


def _add_up(places: Numbers, parts: Floats, count: int) -> Floats:
    """Return the sums of the rows that share a place."""
    sums = [np.bincount(places, part, count) for part in parts.T]
    return np.stack(sums, axis=1)
