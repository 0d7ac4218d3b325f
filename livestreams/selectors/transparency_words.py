"""What the transparency report calls its tables, rows and columns, by their codes."""

from collections.abc import Mapping

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.models import ReportReason
from livestreams.models import Category, ModerationAction, Shielding, VeiledPicture
from livestreams.selectors.transparency_counts import RULE_REPEATS, RULE_WORDS

TABLES = {
    "months": _("Month by month"),
    "notices_message": _("Notices about messages in the chat"),
    "notices_show": _("Notices about shows"),
    "notices_picture": _("Notices about pictures"),
    "notices_product": _("Notices about products"),
    "acts": _("What we did without a notice"),
    "grounds": _("Messages removed, people muted and banned, by ground"),
    "languages": _("Decisions of automatic rules, by language of the show"),
    "shieldings": _("Messages that the complaint shield took aside"),
    "appeals": _("Complaints against decisions"),
}
NOTES = {
    "notices_message": _("A notice can name one message. Each says what is wrong."),
    "notices_picture": _(
        "A notice about a picture gives no reason; its kind is shown."
    ),
    "notices_product": _(
        "Products have no country: each counts wherever it has had a price."
    ),
    "acts": _(
        "Held messages were stopped by a rule before a decision, some of them after "
        "several people had reported them. Messages that are refused while they are "
        "written are not stored, so they are not counted."
    ),
    "languages": _(
        "Rules look for words of lists, for private numbers, for floods and for "
        "people who were acted against again and again. Wrong are held messages that "
        "were shown after all, and acts that were taken back."
    ),
    "shieldings": _(
        "Messages about an order wait until their author chooses; those about quality "
        "and danger stay in the room at once, and those about the host's person wait "
        "for a moderator."
    ),
    "appeals": _("Somebody who did not decide the first time decides a complaint."),
}
FIRST = {
    "months": _("Month"),
    "notices_message": _("Reason"),
    "notices_show": _("Reason"),
    "notices_picture": _("Kind"),
    "notices_product": _("Reason"),
    "acts": _("What was done"),
    "grounds": _("Ground"),
    "languages": _("Language"),
    "shieldings": _("Class"),
    "appeals": _("About"),
}
COLUMNS = {
    "all": _("All"),
    "notices": _("Notices"),
    "acts": _("Acts without a notice"),
    "shielded": _("Shielded messages"),
    "appeals": _("Complaints"),
    "acted": _("Acted on"),
    "refused": _("Not acted on"),
    "open": _("Not decided"),
    "hours": _("Median hours to the decision"),
    "person": _("By a person"),
    "rule": _("By a rule"),
    "undone": _("Taken back"),
    "removed": _("Removed"),
    "muted": _("Muted"),
    "banned": _("Banned"),
    "held": _("Held"),
    "done": _("Removed or muted"),
    "let_through": _("Shown after all"),
    "error_percent": _("Wrong, per cent"),
    "case": _("Private case"),
    "room": _("Said in the room"),
    "no_choice": _("Without a choice"),
    "upheld": _("Decision stands"),
    "reversed": _("Decision reversed"),
}
_KIND = ModerationAction.Kind
ROWS: Mapping[str, Mapping[str, object]] = {
    "notices_message": dict(Category.choices),
    "notices_show": dict(Category.choices),
    "notices_picture": dict(VeiledPicture.Kind.choices),
    "notices_product": dict(ReportReason.choices),
    "acts": {
        "held": _("Message held before a decision"),
        _KIND.REMOVE: _KIND.REMOVE.label,
        _KIND.PHRASE: _KIND.PHRASE.label,
        _KIND.MUTE: _KIND.MUTE.label,
        _KIND.BAN: _KIND.BAN.label,
        _KIND.DISMISS: _KIND.DISMISS.label,
        _KIND.SHIELD: _KIND.SHIELD.label,
        "slate": _("Picture of a show covered"),
        "end": _("Show ended or called off"),
        "product": _("Product withdrawn from sale"),
        "unpin": _("Product taken off the screen"),
        "account": _("Account closed"),
    },
    "grounds": {
        **dict(Category.choices),
        RULE_WORDS: _("Words that rules do not let pass"),
        RULE_REPEATS: _("Several acts within a week"),
    },
    "shieldings": dict(Shielding.Kind.choices),
    "appeals": {
        "room": _("Acts in rooms"),
        "picture": _("Pictures taken down"),
        "product": _("Products withdrawn"),
        "reporter": _("Notices about products that were not acted on"),
        "room-reporter": _("Notices about messages and shows that were not acted on"),
    },
}


def name_row(table: str, code: str) -> str:
    """Return what a row is called in the language in use."""
    if table == "languages":
        return name_language(code)
    return str(ROWS[table].get(code, code))


def name_language(code: str) -> str:
    """Return a language's name in the language in use, by the CLDR."""
    names = Locale.parse(get_language() or "en-gb", sep="-").languages
    return str(names.get(code[:2].lower(), code))
