"""The language of a line, asked only where another language's list would act."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

FEWEST_LETTERS = 10
SURE_FROM = 0.6


def recognise(text: str) -> str:
    """Return the language of a line as two letters; empty when too short or unsure."""
    if sum(map(str.isalpha, text)) < FEWEST_LETTERS or len(text.split()) < 2:
        return ""
    language, certainty = load_identifier().classify(text.casefold())
    return str(language) if certainty >= SURE_FROM else ""


@cache
def load_identifier() -> "LanguageIdentifier":
    """Load the model once a process: a third of a second, five megabytes.

    Its library and NumPy come with it, so that only who asks pays for them.
    """
    import py3langid
    from py3langid.langid import LanguageIdentifier

    model = Path(py3langid.__file__).parent / "data" / "model.npz.xz"
    identifier = LanguageIdentifier.from_modelpath(model, norm_probs=True)
    identifier.set_languages([code[:2] for code, _name in settings.SPOKEN_LANGUAGES])
    return identifier
