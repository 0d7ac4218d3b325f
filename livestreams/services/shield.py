"""The shield: what a line of chat is about, told before anybody sees it (C6, C10)."""

import re
from dataclasses import dataclass

from livestreams.services.classifier import (
    KINDS,
    choose_language,
    load_model,
    sum_sorts,
)
from livestreams.services.languages import load_identifier

REMARK = len(KINDS) - 1
WORD = re.compile(r"[^\W\d_]{2}")


def warm() -> None:
    """Load what lines are weighed by, their language too: two seconds, once a process.

    The first lines of a room would wait for it together otherwise.
    """
    load_model()
    load_identifier()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line is, one of `KINDS`, and how sure that is in per cent."""

    kind: str
    sureness: int

    @property
    def is_ordinary(self) -> bool:
        """Whether the line goes to the room as all others do."""
        return self.kind == KINDS[0]


def weigh(text: str, language: str) -> Verdict:
    """Tell what a line is about; no I/O, well under a millisecond.

    Args:
        text: what was written.
        language: the show's; the line may be in another one.
    """
    if not WORD.search(text):
        return Verdict(KINDS[0], 100)
    model = load_model()
    shares = model.measure(text, language)
    family, remark, danger = sum_sorts(shares)
    bars = model.alarm_from[choose_language(language)]
    family_from, remark_from, danger_from = bars
    is_family = family >= family_from or danger >= danger_from
    is_remark = remark >= remark_from
    if is_remark and not (is_family and family > remark):
        place = REMARK
    elif is_family:
        place = max(range(1, REMARK), key=shares.__getitem__)
    else:
        place = 0
    return Verdict(KINDS[place], round(100 * shares[place]))
