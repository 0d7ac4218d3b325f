"""How well the classes are told apart: figures per language, on lines never learned."""

import functools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from livestreams.services.classifier import KINDS, fold
from livestreams.services.classifier_lines import list_lines
from livestreams.services.shield import Verdict, weigh

ORDINARY, REMARK = KINDS[0], KINDS[-1]
FAMILY = KINDS[1:-1]
COMPLAINTS_IN_A_ROOM = 0.02
MOST_FALSE = 0.008
GRAM = 4
MOST_ALIKE = 0.8
ROOMS = "rooms"
"""The folder of whole rooms among the held-out lines: chat in its real proportions."""


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line with what it is, by somebody who has seen neither rules nor training."""

    language: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of a language's held-out lines; shares from 0 to 1."""

    language: str
    counts: Mapping[str, int]
    found: Mapping[str, float]
    named: Mapping[str, float]
    false_alarms: float

    @property
    def family(self) -> float:
        """The share of complaint, quality and danger lines that raise one of them."""
        lines = sum(self.counts[kind] for kind in FAMILY)
        return sum(self.found[kind] * self.counts[kind] for kind in FAMILY) / lines

    @property
    def precision(self) -> float:
        """How many alarms are right in a room with 2 % complaints."""
        right = COMPLAINTS_IN_A_ROOM * self.family
        wrong = (1 - COMPLAINTS_IN_A_ROOM) * self.false_alarms
        return right / (right + wrong) if right + wrong else 1.0

    @property
    def alarms(self) -> float:
        """Alarms per 1,000 lines of a room with 2 % complaints."""
        right = COMPLAINTS_IN_A_ROOM * self.family
        return 1000 * (right + (1 - COMPLAINTS_IN_A_ROOM) * self.false_alarms)


def read_held_out(folder: Path, language: str) -> list[HeldLine]:
    """Return the held-out lines of a language."""
    text = (folder / f"{language}.tsv").read_text(encoding="utf-8")
    rows = (row.split("\t", 1) for row in text.splitlines() if row)
    return [HeldLine(language, kind, said) for kind, said in rows]


def measure_language(folder: Path, language: str) -> Figures:
    """Return the figures of a language without near copies of training lines."""
    held = reject_near_copies(read_held_out(folder, language), _list_texts(language))
    return count_figures(language, held)


def count_figures(language: str, lines: Sequence[HeldLine]) -> Figures:
    """Weigh each line as the room would and count what comes out."""
    told = [(line.kind, weigh(line.text, language)) for line in lines]
    counts = {kind: sum(was == kind for was, _ in told) for kind in KINDS}
    found = {kind: _share(told, kind, _alarms_of(kind)) for kind in KINDS}
    named = {kind: _share(told, kind, (kind,)) for kind in KINDS}
    return Figures(language, counts, found, named, 1 - named[ORDINARY])


def reject_near_copies(
    held: Iterable[HeldLine], learned: Iterable[str]
) -> list[HeldLine]:
    """Return the held-out lines that are nearly no training line (4-grams, Jaccard).

    Those are few and training lines are many, so each of these is read once and kept
    nowhere. Who is so much alike shares at least that part of all grams, hence one of
    any few more than are left over: the rarest are asked for.
    """
    lines = list(held)
    cut = [_cut(line.text) for line in lines]
    common = Counter(gram for grams in cut for gram in grams)
    places: dict[str, list[int]] = {}
    for place, grams in enumerate(cut):
        few = len(grams) - int(MOST_ALIKE * len(grams)) + 1
        for gram in sorted(grams, key=common.__getitem__)[:few]:
            places.setdefault(gram, []).append(place)
    asked, near = frozenset(places), set[int]()
    for text in learned:
        grams = _cut(text)
        found = {place for gram in grams & asked for place in places[gram]} - near
        near |= {place for place in found if _is_alike(cut[place], grams)}
    return [line for place, line in enumerate(lines) if place not in near]


def write_table(figures: Sequence[Figures]) -> str:
    """Return the figures as a plain table, misses marked."""
    rows = [
        "| language | lines | complaint family | complaint | quality | danger | remark "
        "| false alarms per 1,000 | at 2 % complaints: alarms per 1,000, right |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for one in figures:
        shares = (one.found[kind] for kind in (*FAMILY, REMARK))
        cells = [
            one.language,
            str(sum(one.counts.values())),
            _mark(one.family, is_met=one.family >= 0.9),
            *(
                _mark(share, is_met=share >= 0.9 or kind in {"quality", "danger"})
                for kind, share in zip((*FAMILY, REMARK), shares, strict=True)
            ),
            _mark_false_alarms(one),
            f"{one.alarms:.1f}, {one.precision:.0%}",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def write_rooms_table(figures: Sequence[Figures]) -> str:
    """Return what became of whole rooms as a plain table, misses marked."""
    rows = [
        "| language | lines | complaint family found | remarks found "
        "| false alarms per 1,000 | alarms per 1,000 lines, right |",
        "|---|---|---|---|---|---|",
    ]
    for one in figures:
        lines = sum(one.counts.values())
        family = sum(one.counts[kind] for kind in FAMILY)
        found = one.family * family
        right = found + one.found[REMARK] * one.counts[REMARK]
        alarms = right + one.false_alarms * one.counts[ORDINARY]
        cells = [
            one.language,
            str(lines),
            f"{found:.0f} of {family}",
            f"{one.found[REMARK] * one.counts[REMARK]:.0f} of {one.counts[REMARK]}",
            _mark_false_alarms(one),
            f"{1000 * alarms / lines:.1f}, {right / alarms if alarms else 1:.0%}",
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


@functools.lru_cache(maxsize=1)
def _list_texts(language: str) -> frozenset[str]:
    """Return what is learned from in a language; kept for its next file."""
    return frozenset(line.text for line in list_lines([language]))


def _alarms_of(kind: str) -> tuple[str, ...]:
    return FAMILY if kind in FAMILY else (kind,)


def _share(
    told: Sequence[tuple[str, Verdict]], kind: str, wanted: tuple[str, ...]
) -> float:
    verdicts = [verdict.kind for was, verdict in told if was == kind]
    if not verdicts:
        return 0.0
    return sum(verdict in wanted for verdict in verdicts) / len(verdicts)


def _is_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    fewer, more = sorted((len(one), len(other)))
    if fewer < MOST_ALIKE * more:
        return False
    both = len(one & other)
    return both >= MOST_ALIKE * (fewer + more - both)


def _cut(text: str) -> frozenset[str]:
    plain = " ".join(fold(text).split())
    starts = (plain[at:] for at in range(GRAM))
    return frozenset(map("".join, zip(*starts, strict=False))) or frozenset((plain,))


def _mark_false_alarms(one: Figures) -> str:
    is_met = one.false_alarms <= MOST_FALSE
    return _mark(1000 * one.false_alarms, is_met=is_met, digits=1)


def _mark(value: float, *, is_met: bool, digits: int = 2) -> str:
    return f"{value:.{digits}f}" + ("" if is_met else " (missed)")
