"""Sentences that rules and jobs store: a code with its facts, said to each reader.

What a person typed is stored as it is; both live in the same columns.
"""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from django.db import models
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

PREFIX = "said:"
TAKEN_OVER_BY = gettext_noop("%(name)s took over the picture of this show.")
_TAKEN_OVER = re.compile(re.escape(TAKEN_OVER_BY).replace(r"%\(name\)s", "(.+)"))
_STORED = re.compile(rf"{PREFIX}([a-z_]+)(?:\?(.*))?", re.S)


class Saying(models.TextChoices):
    """What a rule or a job says; the code is stored, the words are the reader's."""

    WORDS_BLOCKED = "words_blocked", _("words that are not allowed")
    WORDS_HELD = "words_held", _("words that need a look")
    WORDS_FLAGGED = "words_flagged", _("words that moderators want to see")
    ACCOUNT_NUMBER = "account_number", _("a card or account number")
    CONTACT = (
        "contact",
        _("contact details, which we keep out of the chat for your safety"),
    )
    PERSON = "person", _("words about the host's person")
    ONE_BLOCKED = "one_blocked", _("a word that is not allowed")
    SEVERAL_WORDS = "several_words", _("several words on the list")
    EARLIER = "earlier", _("earlier messages were removed")
    REPORTED = "reported", _("others reported this person")
    NEW_ACCOUNT = "new_account", _("the account is new")
    NOTHING = "nothing", _("nothing that the rules forbid")
    LOOK_REMOVED = "look_removed", _("Removed after a second look: %(reasons)s.")
    LOOK_RELEASED = "look_released", _("Released after a second look: %(reasons)s.")
    PHRASE = "phrase", _("A moderator removed all messages with these words.")
    SHIELD = "shield", _("Only people known to the host may write for now.")
    REPORTERS = (
        "reporters",
        _("At least %(count)d people reported it; a moderator decides."),
    )
    FLOOD = "flood", _("%(count)d accounts wrote the same within 20 seconds.")
    MUTED_DAY = "muted_day", _("%(count)d acts within 7 days: muted for a day.")
    MUTED_WEEK = "muted_week", _("%(count)d acts within 7 days: muted for a week.")
    REPLACED = "replaced", _("A longer one took its place.")
    TOO_LONG = "too_long", _("The show ran as long as it may.")
    PICTURE_LOST = "picture_lost", _("The picture was lost and did not come back.")
    GATEWAY_LOST = "gateway_lost", _("The media server of the show was lost.")
    LEFT_OPEN = "left_open", _("It was left open.")


def keep(saying: Saying, *, count: int = 0, reasons: Sequence[Saying] = ()) -> str:
    """Return what is stored of a sentence: its code and its facts."""
    facts: dict[str, str] = {}
    if count:
        facts["count"] = str(count)
    if reasons:
        facts["reasons"] = " ".join(reason.value for reason in reasons)
    return PREFIX + saying.value + (f"?{urlencode(facts)}" if facts else "")


def find_saying(stored: str) -> Saying | None:
    """Return what a rule said, if it was one."""
    found = _STORED.fullmatch(stored)
    return Saying(found[1]) if found and found[1] in Saying.values else None


def say(text: str, *, language: str = "") -> str:
    """Return stored words in a language, or in the reader's.

    What was typed by a person, and what no rule says any more, comes back as it is.
    """
    saying = find_saying(text)
    if saying is None:
        return text
    with translation.override(language or translation.get_language()):
        facts = dict(parse_qsl(text.partition("?")[2]))
        codes = facts.get("reasons", "").split()
        known = [Saying(code) for code in codes if code in Saying.values]
        count = facts.get("count", "")
        return str(saying.label) % {
            "count": int(count) if count.isdecimal() else 0,
            "reasons": ", ".join(str(reason.label) for reason in known),
        }


def say_fault(told: str) -> str:
    """Return what a gateway told of a picture in the reader's language, name and all.

    It tells whole sentences of `livestreams.media.faults`, one of them with a name.
    """
    found = _TAKEN_OVER.fullmatch(told)
    if found is not None:
        return gettext(TAKEN_OVER_BY) % {"name": found[1]}
    return gettext(told) if told else ""
