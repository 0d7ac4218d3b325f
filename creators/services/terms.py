"""Terms of a market for its creators: announced in time, agreed to by version (P1)."""

import datetime as dt

from django.db import transaction
from django.db.models import Max

from creators.errors import TermsChanged, TermsNotAccepted, TermsTooSoon
from creators.models import Creator, MarketTerms, TermsConsent
from creators.selectors.terms import (
    find_terms,
    find_terms_to_accept,
    list_coming_terms,
)
from shopfront.common import clock
from shopfront.models import Market, User
from shopfront.services import audit, outbox

PUBLISHED_TOPIC = "creators.terms_published"
NOTICE = dt.timedelta(days=15)
"""Regulation (EU) 2019/1150, Article 3(2): at least 15 days on a durable medium."""


def publish_terms(
    market: Market,
    *,
    text: str,
    changes: str = "",
    valid_from: dt.datetime | None = None,
    by: User | None = None,
) -> MarketTerms:
    """Publish the next version of a market's terms for creators.

    The first version holds at once; a later one after a notice of 15 days, which
    every verified creator of the market gets by letter.

    Raises:
        TermsTooSoon: the notice is too short.

    Locks: the market's row, so that versions are numbered without a gap.
    """
    now = clock.now()
    with transaction.atomic():
        Market.objects.select_for_update(no_key=True).get(pk=market.pk)
        known = MarketTerms.objects.filter(market=market)
        last = int(known.aggregate(last=Max("version"))["last"] or 0)
        least = now + NOTICE if last else now
        if valid_from is not None and valid_from < least:
            raise TermsTooSoon
        terms = MarketTerms.objects.create(
            market=market,
            version=last + 1,
            text=text,
            changes=changes,
            published_at=now,
            valid_from=valid_from or least,
        )
        audit.record(
            "creators.publish_terms",
            actor=by,
            subject_kind="market",
            subject_ref=market.code,
            facts={"version": terms.version},
        )
        named = {"market": market.code, "version": terms.version}
        outbox.post(PUBLISHED_TOPIC, f"{market.code}:{terms.version}", named)
    return terms


def accept_terms(creator: Creator, *, version: int) -> TermsConsent:
    """Keep that a creator agreed to the version that holds, or to one announced.

    Raises:
        TermsChanged: this version neither holds nor is announced.

    Safe to repeat: yes, the first yes stands.
    """
    now = clock.now()
    offered = [find_terms(creator.market, now), *list_coming_terms(creator.market, now)]
    for terms in offered:
        if terms is not None and terms.version == version:
            TermsConsent.objects.bulk_create(
                [TermsConsent(creator=creator, terms=terms, at=now)],
                ignore_conflicts=True,
            )
            return TermsConsent.objects.get(creator=creator, terms=terms)
    raise TermsChanged


def require_consent(creator: Creator, *, at: dt.datetime) -> None:
    """Refuse what needs the terms of the creator's market while they wait for a yes.

    Raises:
        TermsNotAccepted: the terms that hold were not agreed to.
    """
    terms = find_terms_to_accept(creator, at)
    if terms is not None:
        raise TermsNotAccepted(extra={"version": terms.version})
