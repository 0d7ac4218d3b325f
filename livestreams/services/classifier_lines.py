"""The lines that the shield learns from: phrases, and what each of them offers."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from livestreams.services.classifier import HOME, KINDS, LANGUAGES

CHOICE = re.compile(r"\[([^]]*)\]")
SLOT = re.compile(r"\{(\w+)\}")
LEAST_OF_PHRASE = 6
TYPO_ONE_IN = 6
EVENINGS = "evenings"
LIGHTNESS = {
    "ordinary-wide": 0.3,
    "wide": 0.1,
    "daily": 0.2,
    "ordinary-evenings": 0.2,
    EVENINGS: 0.5,
    "far": 0.2,
    "rooms": 0.2,
    "tales": 0.2,
}
"""What a phrase of batches with many weighs, by how their names end, first match first.

Whole, they drown the others. Few of the wide ones are ordinary, so those weigh more;
of the evenings five in six are ordinary, so the others do.
"""
EVENNESS = 0.5
"""How much of a phrase with many lines is taken away from each (0 none, 1 all)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A training line, and the phrase that it was made from."""

    language: str
    kind: str
    text: str
    phrase: int
    weight: float
    is_evening: bool = False
    """Whether it is of the one batch that is larger than all others together."""


def list_lines(languages: Sequence[str] = LANGUAGES) -> list[Line]:
    """Return all training lines, slots filled in the same way each time."""
    return [line for language in languages for line in _read_file(language)]


def _read_file(language: str) -> Iterator[Line]:
    home = HOME / "training" / language
    slots = dict(_read_slots(home / "slots.txt"))
    number = 0
    for kind in KINDS:
        for batch in sorted(home.glob(f"{kind}*.txt")):
            share = _weigh_batch(batch.stem)
            is_evening = batch.stem.endswith(EVENINGS)
            for phrase in filter(None, batch.read_text("utf-8").splitlines()):
                made = sorted(set(_fill(phrase, slots, number)))
                weight = share * len(made) ** -EVENNESS
                for line in made:
                    yield Line(language, kind, line, number, weight, is_evening)
                number += 1


def _weigh_batch(name: str) -> float:
    shares = (share for end, share in LIGHTNESS.items() if name.endswith(end))
    return next(shares, 1.0)


def _read_slots(path: Path) -> Iterator[tuple[str, list[str]]]:
    for row in path.read_text(encoding="utf-8").splitlines():
        name, _, words = row.partition(": ")
        yield name, words.split("|")


def _fill(phrase: str, slots: dict[str, list[str]], number: int) -> Iterator[str]:
    """Return a phrase as it stands, or lines in which all that it offers comes up."""
    chance = random.Random(number)  # noqa: S311 - the same lines each time
    offers = [found.split("|") for found in CHOICE.findall(phrase)]
    count = max((len(offer) for offer in offers), default=1)
    if offers or SLOT.search(phrase):
        count = max(count, LEAST_OF_PHRASE)
    for offer in offers:
        chance.shuffle(offer)
    for turn in range(count):
        yield _choose(phrase, offers, slots, chance, turn)
    yield _mistype(_choose(phrase, offers, slots, chance, count), chance)


def _choose(
    phrase: str,
    offers: Sequence[Sequence[str]],
    slots: dict[str, list[str]],
    chance: random.Random,
    turn: int,
) -> str:
    """Take one way through a phrase: `[this|that]` in turn, `{slot}` by chance."""
    left = iter(offers)

    def take(_: re.Match[str]) -> str:
        offer = next(left)
        return offer[turn % len(offer)]

    one = CHOICE.sub(take, phrase)
    full = SLOT.sub(lambda found: chance.choice(slots[found.group(1)]), one)
    return " ".join(full.split())


def _mistype(text: str, chance: random.Random) -> str:
    """Return a line as a thumb types it: some letters lost."""
    words = text.split(" ")
    for index, word in enumerate(words):
        if len(word) > 4 and word.isalpha() and chance.randrange(TYPO_ONE_IN) == 0:
            at = chance.randrange(1, len(word) - 1)
            words[index] = word[:at] + word[at + 1 :]
    return " ".join(words)
