"""Which terms of a market hold, and who agreed to them."""

import datetime as dt

from creators.models import Creator, MarketTerms, TermsConsent
from shopfront.models import Market


def find_terms(market: Market, at: dt.datetime) -> MarketTerms | None:
    """Return the version that holds in a market at a moment, or None; one query."""
    return _find_terms(market.pk, at)


def list_coming_terms(market: Market, at: dt.datetime) -> list[MarketTerms]:
    """Return the versions that are announced and do not hold yet; one query."""
    rows = MarketTerms.objects.filter(market=market, valid_from__gt=at)
    return list(rows.order_by("version"))


def find_consent(creator: Creator, terms: MarketTerms) -> TermsConsent | None:
    """Return when a creator agreed to a version, or None; one query."""
    return TermsConsent.objects.filter(creator=creator, terms=terms).first()


def find_terms_to_accept(creator: Creator, at: dt.datetime) -> MarketTerms | None:
    """Return the terms that wait for a creator's yes; at most two queries.

    Who agreed to a later version already is not asked for an earlier one.
    """
    terms = _find_terms(creator.market_id, at)
    if terms is None:
        return None
    return None if has_agreed(creator, terms) else terms


def has_agreed(creator: Creator, terms: MarketTerms) -> bool:
    """Whether a creator agreed to a version or to a later one; one query."""
    agreed = TermsConsent.objects.filter(
        creator=creator,
        terms__market=terms.market_id,
        terms__version__gte=terms.version,
    )
    return agreed.exists()


def _find_terms(market_id: int, at: dt.datetime) -> MarketTerms | None:
    rows = MarketTerms.objects.filter(market=market_id, valid_from__lte=at)
    return rows.order_by("-version").first()
