"""Word lists as they are kept: the starter lists, and changes by staff and creators."""

from collections.abc import Iterable
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creators.models import Creator
from livestreams.errors.words import WordListTooLong, WordTooShort
from livestreams.models import WordList
from livestreams.models.sayings import say
from livestreams.services.folding import list_spellings
from livestreams.services.words import Action, forget_rules, has_link, judge, tidy
from shopfront.common import clock
from shopfront.models import Market, User
from shopfront.services import audit

FOLDER = Path(__file__).resolve().parents[1] / "words"
EVERY_LANGUAGE = "all"
COMMENT = "# "
MOST_WORDS = 500
MOST_WORDS_OF_SITE = 20_000
LONGEST_WORD = 60
CREATORS_MAY = (
    WordList.Severity.BLOCK,
    WordList.Severity.HOLD,
    WordList.Severity.FLAG,
)

OUTCOMES = {
    Action.ALLOW: gettext_lazy("Shown to all."),
    Action.FLAG: gettext_lazy("Shown to all, and the moderators see: %(words)s."),
    Action.HOLD: gettext_lazy("Held for a moderator: %(why)s (%(words)s)."),
    Action.BLOCK: gettext_lazy("Refused: %(why)s (%(words)s)."),
}


def ensure_starter_lists() -> int:
    """Make the lists that are missing; what staff changed stays. Return how many.

    Safe to repeat: yes.
    """
    made = 0
    for path in sorted(FOLDER.glob("*.txt")):
        language, _under, severity = path.stem.partition("_")
        _row, is_new = WordList.objects.get_or_create(
            market=None,
            creator=None,
            language="" if language == EVERY_LANGUAGE else language,
            severity=WordList.Severity(severity),
            defaults={"words": read_lines(path.read_text(encoding="utf-8"))},
        )
        made += is_new
    return made


def read_lines(text: str) -> list[str]:
    """Read a list as people write it: one entry a line, each once, in their order."""
    lines = [
        " ".join(line.split()) for line in text.splitlines() if line[:2] != COMMENT
    ]
    entries: dict[str, str] = {}
    for line in filter(None, lines):
        entries.setdefault(line.casefold(), line)
    return list(entries.values())


def save_list(row: WordList, *, by: User) -> None:
    """Store a list of the site; every process reads it within ten seconds."""
    with transaction.atomic():
        row.updated_at = clock.now()
        row.save()
        audit.record(
            "livestreams.change_word_list",
            actor=by,
            subject_kind="word_list",
            subject_ref=str(row),
            facts={"words": len(row.words)},
        )
    forget_rules()


def change_creator_lists(
    creator: Creator, *, by: User, words: dict[str, list[str]]
) -> None:
    """Set the words that a creator blocks, holds and flags in all own shows.

    Raises:
        WordListTooLong: more words than a list may have, or a longer one.
        WordTooShort: an entry would stop nearly every message.

    Safe to repeat: yes.
    """
    kept = {severity: words.get(severity, []) for severity in CREATORS_MAY}
    for entries in kept.values():
        check_entries(entries)
    with transaction.atomic():
        for severity, entries in kept.items():
            WordList.objects.update_or_create(
                market=None,
                creator=creator,
                language="",
                severity=severity,
                defaults={"words": entries, "updated_at": clock.now()},
            )
        audit.record(
            "livestreams.change_own_words",
            actor=by,
            subject_kind="creator",
            subject_ref=creator.handle,
            facts={severity: len(entries) for severity, entries in kept.items()},
        )
    forget_rules()


def list_creator_words(creator: Creator) -> dict[str, list[str]]:
    """Return a creator's own words by severity."""
    rows = WordList.objects.filter(creator=creator, market=None, language="")
    found = {row.severity: list(row.words) for row in rows}
    return {severity: found.get(severity, []) for severity in CREATORS_MAY}


def try_line(
    text: str, *, market: Market, language: str, creator: Creator | None = None
) -> str:
    """Say in a sentence what would become of a viewer's line; reads the lists anew."""
    forget_rules()
    line = tidy(text)
    if has_link(line):
        return _("Refused: links come from the host and staff only.")
    verdict = judge(
        line,
        market_id=market.pk,
        language=language,
        creator_id=creator.pk if creator else None,
    )
    facts = {"why": say(verdict.why), "words": ", ".join(verdict.hits) or "-"}
    return OUTCOMES[verdict.action] % facts


def check_entries(entries: Iterable[str], *, most: int = MOST_WORDS) -> None:
    """Refuse a list that is too long, or an entry that would stop all.

    Raises:
        WordListTooLong: more words than a list may have, or a longer one.
        WordTooShort: an entry would stop nearly every message.
    """
    entries = list(entries)
    if len(entries) > most or any(len(one) > LONGEST_WORD for one in entries):
        raise WordListTooLong
    for entry in entries:
        if any(len(spelt.replace(" ", "")) < 2 for spelt in list_spellings(entry)):
            raise WordTooShort
