"""What a briefing may not ask: body, clothing, private life, or a penalty (P9).

A check of words in the site's five languages, whatever the show's. It sees through
the tricks of writing that chat is read for; what passes it can still be reported.
"""

from functools import cache
from pathlib import Path

from livestreams.services.word_index import Entry, WordIndex
from livestreams.services.word_lists import COMMENT

FOLDER = Path(__file__).resolve().parents[1] / "words" / "briefing"
ALLOWED = "_allow"


def find_forbidden(text: str) -> str:
    """Return the words of a line that no briefing may have, or nothing."""
    finds = _get_index().find(text)
    words = sorted(find.entry.word for find in finds if not find.pardons)
    return words[0].rstrip("*") if words else ""


@cache
def _get_index() -> WordIndex:
    entries, allowed = [], []
    for path in sorted(FOLDER.glob("*.txt")):
        language = path.stem.removesuffix(ALLOWED)
        lines = path.read_text(encoding="utf-8").splitlines()
        words = [line.strip() for line in lines if not line.startswith(COMMENT)]
        if path.stem.endswith(ALLOWED):
            allowed += [(word, language) for word in words if word]
        else:
            entries += [Entry(word, 1, language) for word in words if word]
    return WordIndex.build(entries, allowed)
