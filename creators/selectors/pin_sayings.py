"""Sentences about pins that rules refused or took away, from their figures (P6, C6)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from creators.models import WorkDecision

Limit = WorkDecision.Limit


def explain_ceiling(figures: Mapping[str, Any]) -> str:
    """Say which ceiling of the market a product is above: number, window, ceiling."""
    words = (
        _(
            "%(count)d of %(sold)d lines sold within %(days)d days have a case: "
            "%(rate)s %%, above this country's %(ceiling)s %%."
        )
        if figures["is_complaint"]
        else _(
            "%(count)d of %(sold)d lines sold within %(days)d days came back: "
            "%(rate)s %%, above this country's %(ceiling)s %%."
        )
    )
    return words % {
        "count": figures["count"],
        "sold": figures["sold"],
        "days": figures["days"],
        "rate": f"{figures['rate_bps'] / 100:g}",
        "ceiling": f"{figures['ceiling_bps'] / 100:g}",
    }


def explain_pin(decision: WorkDecision) -> str:
    """Say what a rule decided about a pin, and why; no query."""
    figures = decision.figures
    product = {"product": figures["product"]}
    if decision.kind == WorkDecision.Kind.PIN:
        said = _("“%(product)s” cannot be pinned.") % product
        return f"{said} {explain_ceiling(figures)}"
    said = _(
        "“%(product)s” was taken off the screen: %(count)d shoppers opened a case on "
        "it within %(minutes)d minutes."
    )
    facts = {"count": figures["count"], "minutes": figures["minutes"]}
    return f"{said % (product | facts)} {_say_whose(figures['wish'])}"


def _say_whose(wish: str) -> str:
    if wish == "brand":
        return _("Its brand wishes that this happens by itself.")
    return _("In this country it happens by itself.")
