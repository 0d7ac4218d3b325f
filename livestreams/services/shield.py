"""The shield: what a line of chat is about, told before anybody sees it (C6, C10)."""

import re
from dataclasses import dataclass

from livestreams.services.classifier import KINDS, load_model

WORD = re.compile(r"[^\W\d_]{2}")
ALARM_FROM = {"complaint": 0.75, "quality": 0.7, "danger": 0.6, "remark": 0.85}
"""How sure it must be that a line is not ordinary, by what it would be.

The dearer a false alarm, the surer: a remark waits for a moderator, a complaint for a
tap of its author; words about danger are shown all the same, and read by the staff.
"""


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
    shares = load_model().measure(text, language)
    place = max(range(1, len(KINDS)), key=shares.__getitem__)
    if 1 - shares[0] < ALARM_FROM[KINDS[place]]:
        return Verdict(KINDS[0], round(100 * shares[0]))
    return Verdict(KINDS[place], round(100 * shares[place]))
