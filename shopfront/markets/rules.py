"""Rules of work that hold in a market at a moment (DESIGN "A rule")."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from shopfront.common.errors import Missing
from shopfront.models import Market, MarketRule


class RulesMissing(Missing):
    """A market has no rules of work on a day, so nothing can be agreed there."""

    code = "shopfront.rules_missing"
    default_message = _("There are no rules of work for this country yet.")


def find_rules(market: Market, at: dt.datetime) -> MarketRule | None:
    """Return the rules of work that hold in a market at a moment, or None; one query.

    The day counts in the market's own time.
    """
    day = at.astimezone(ZoneInfo(market.time_zone)).date()
    rule = (
        MarketRule.objects.filter(market=market, valid_from__lte=day)
        .order_by("-valid_from")
        .first()
    )
    if rule is not None:
        rule.market = market
    return rule


def rules_for(market: Market, at: dt.datetime) -> MarketRule:
    """Return the rules of work that hold in a market at a moment; one query.

    Decisions store `version` of what this returns.

    Raises:
        RulesMissing: the market has none by then.
    """
    rule = find_rules(market, at)
    if rule is None:
        raise RulesMissing(extra={"market": market.code})
    return rule
