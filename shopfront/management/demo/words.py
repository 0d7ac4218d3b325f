"""Words that the demo's rooms block, or hold for a second look."""

from livestreams.models import WordList

Severity = WordList.Severity
LISTS: dict[str, dict[Severity, tuple[str, ...]]] = {
    "en": {
        Severity.BLOCK: ("fuck", "fucking", "wanker", "kill yourself"),
        Severity.HOLD: ("scam", "fake", "rubbish", "idiot", "stupid", "shut up"),
    },
    "de": {
        Severity.BLOCK: ("arschloch", "wichser", "bring dich um"),
        Severity.HOLD: ("betrug", "schrott", "idiot", "dumm", "halt den mund"),
    },
    "fr": {
        Severity.BLOCK: ("connard", "salope", "va te pendre"),
        Severity.HOLD: ("arnaque", "faux", "idiot", "nul", "ta gueule"),
    },
    "it": {
        Severity.BLOCK: ("stronzo", "vaffanculo", "ammazzati"),
        Severity.HOLD: ("truffa", "falso", "idiota", "schifo", "stai zitto"),
    },
    "es": {
        Severity.BLOCK: ("gilipollas", "hijo de puta", "suicidate"),
        Severity.HOLD: ("estafa", "falso", "idiota", "basura", "callate"),
    },
}


def ensure_word_lists() -> None:
    """Make the lists that are missing; what staff changed stays as it is."""
    for language, lists in LISTS.items():
        for severity, words in lists.items():
            WordList.objects.get_or_create(
                market=None,
                language=language,
                severity=severity,
                defaults={"words": list(words)},
            )
