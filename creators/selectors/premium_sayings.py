"""Sentences about overtime premiums, written when read, from stored figures."""

from django.utils.translation import gettext as _

from creators.models import WorkDecision
from shopfront.common.money import Money


def explain_premium(decision: WorkDecision) -> str:
    """Say what somebody is owed for overtime, or owes a helper, and why; no query."""
    figures = decision.figures
    currency = str(figures["currency"])
    facts = {
        "minutes": figures["minutes"],
        "hour": Money(int(figures["hour_minor"]), currency).format(),
        "share": f"{int(figures['premium_bps']) / 100:g}",
        "amount": Money(int(figures["amount_minor"]), currency).format(),
        "before": Money(int(figures.get("before_minor", 0)), currency).format(),
        "payer": figures.get("payer", ""),
        "helper": figures.get("helper_name", ""),
    }
    is_owed = decision.kind == WorkDecision.Kind.OWED
    if figures.get("by_human"):
        return _say_by_human(is_owed=is_owed) % facts
    said = [_say_reckoned(is_owed=is_owed)]
    if figures.get("before_minor"):
        said.append(
            _("More work was found later: the %(before)s decided before are in it.")
        )
    if is_owed:
        said.append(
            _(
                "The show had no guarantee, so you owe them. They are taken from your "
                "commission before it is paid out."
            )
        )
    elif "payer" in figures:
        said.append(
            _(
                "The show had no guarantee, so %(payer)s owes them. They come to you "
                "as the commission of %(payer)s settles."
            )
        )
    return " ".join(said) % facts


def _say_reckoned(*, is_owed: bool) -> str:
    if is_owed:
        return _(
            "%(helper)s worked %(minutes)s minutes of this show beyond the day's "
            "limit. At %(hour)s an hour, %(share)s %% more for them are %(amount)s."
        )
    return _(
        "%(minutes)s minutes of this show were beyond the day's limit. At %(hour)s an "
        "hour, %(share)s %% more for them are %(amount)s."
    )


def _say_by_human(*, is_owed: bool) -> str:
    if is_owed:
        return _(
            "A human looked again at what you owe %(helper)s for overtime in this "
            "show: it is %(amount)s, not %(before)s."
        )
    return _(
        "A human looked again at what %(payer)s owes you for overtime in this show: it "
        "is %(amount)s, not %(before)s. What you have of it already stays yours."
    )
