"""The sieve: tells of most words that no list stops them, without reading disguises.

All that a chunk may be read as has the same bones: figures and signs as the letters
they stand for, `l` as `i`, nothing doubled. Only what shares its bones with an entry
is worth a reading.
"""

import re
from collections.abc import Iterable

from livestreams.services.folding import (
    AS_I,
    EDGES,
    LEET_WORD,
    MASKS,
    PIECE,
    STRETCH,
    fold,
)

BONES = AS_I | {ord("l"): "i"}


class Sieve:
    """The bones of the words, beginnings and endings of some lists."""

    def __init__(
        self, words: Iterable[str], stems: Iterable[str], endings: Iterable[str]
    ) -> None:
        self._words = frozenset(map(find_bones, words))
        self._heads = tuple(sorted(set(map(find_bones, stems))))
        self._tails = tuple(sorted(set(map(find_bones, endings))))
        self._head_length = min(map(len, self._heads), default=0)
        self._tail_length = min(map(len, self._tails), default=0)
        self._first = frozenset(one[: self._head_length] for one in self._heads)
        self._last = frozenset(one[-self._tail_length :] for one in self._tails)

    def catches(self, bones: str) -> bool:
        """Whether what has these bones may be an entry; a full reading tells."""
        if bones in self._words:
            return True
        is_head = bones[: self._head_length] in self._first
        if is_head and bones.startswith(self._heads):
            return True
        is_tail = bones[-self._tail_length :] in self._last
        return is_tail and bones.endswith(self._tails)


def take_apart(chunk: str) -> tuple[list[str], list[str] | None]:
    """Return the words of a chunk, and the bones of all that it may be read as.

    No bones where they tell nothing: a sign may hide a letter, or there is no word.
    """
    bare = chunk.strip(EDGES)
    if bare.isascii() and bare.isalpha():
        word = bare.lower()
        return [word], [_read_once(word.replace("l", "i"))]
    folded = fold(chunk)
    words: list[str] = PIECE.findall(folded)
    if not words or not MASKS.isdisjoint(folded):
        return words, None
    readings = [*words, *LEET_WORD.findall(folded)]
    if len(words) > 1:
        readings.append("".join(words))
    return words, find_bones(" ".join(readings)).split(" ")


def find_bones(text: str) -> str:
    """Return what all readings of a word have in common."""
    return _read_once(text.translate(BONES))


def _read_once(text: str) -> str:
    """Return a text with nothing doubled."""
    if len(set(text)) == len(text) or STRETCH.search(text) is None:
        return text
    return STRETCH.sub(_name_letter, text)


def _name_letter(stretch: re.Match[str]) -> str:
    return stretch[1]
