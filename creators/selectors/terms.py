"""Which terms of a market hold, and who agreed to them."""

import datetime as dt

from creators.models import Creator, MarketTerms, TermsConsent
from shopfront.models import Market


def find_terms(market: Market, at: dt.datetime) -> MarketTerms | None:
    """Return the version that holds in a market at a moment, or None; one query."""
    rows = MarketTerms.objects.filter(market=market, valid_from__lte=at)
    return rows.order_by("-version").first()


def find_coming_terms(market: Market, at: dt.datetime) -> MarketTerms | None:
    """Return the version that is announced and does not hold yet; one query."""
    rows = MarketTerms.objects.filter(market=market, valid_from__gt=at)
    return rows.order_by("version").first()


def find_consent(creator: Creator, terms: MarketTerms) -> TermsConsent | None:
    """Return when a creator agreed to a version, or None; one query."""
    return TermsConsent.objects.filter(creator=creator, terms=terms).first()


def find_terms_to_accept(creator: Creator, at: dt.datetime) -> MarketTerms | None:
    """Return the terms that wait for a creator's yes; at most two queries.

    Who agreed to a later version already is not asked for an earlier one.
    """
    terms = find_terms(creator.market, at)
    if terms is None:
        return None
    agreed = TermsConsent.objects.filter(
        creator=creator,
        terms__market=creator.market,
        terms__version__gte=terms.version,
    )
    return None if agreed.exists() else terms
