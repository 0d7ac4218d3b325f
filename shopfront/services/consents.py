"""Consent: asked per purpose and version of the words, refused as easily as given (L3).

Nothing that the shop needs hangs on it; without a decision it counts as refused.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.errors import Missing
from shopfront.models import Consent, User

MEASURE = "measure"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What is asked for, in words of one version; other words are asked anew."""

    code: str
    version: str
    title: "str | Promise"
    text: "str | Promise"


PURPOSES = {
    MEASURE: Purpose(
        MEASURE,
        "1",
        _("Counting what shows lead to"),
        _(
            "We count whether products in a show were seen, opened, taken and paid, "
            "per show and without your name, so that creators learn what helps. "
            "Prices, ranking and creators' pay do not depend on it."
        ),
    ),
}

NEWEST = """
SELECT DISTINCT ON (who) who, is_given, at FROM (
    SELECT 'account:' || account.public_id AS who, given.is_given, given.at, given.id
    FROM shopfront_consent AS given
    JOIN shopfront_user AS account ON account.id = given.user_id
    WHERE given.purpose = %(purpose)s AND given.version = %(version)s
        AND account.public_id = ANY(%(accounts)s)
    UNION ALL
    SELECT 'browser:' || browser_key, is_given, at, id FROM shopfront_consent
    WHERE purpose = %(purpose)s AND version = %(version)s AND user_id IS NULL
        AND browser_key = ANY(%(browsers)s)
) AS found
ORDER BY who, at DESC, id DESC
"""


class PurposeMissing(Missing):
    """Nothing is asked for under this name."""

    code = "shopfront.purpose_missing"
    default_message = _("We do not ask for this.")


def decide(
    user: User | None, browser_key: str, purpose: str, *, is_given: bool
) -> Consent:
    """Keep what somebody agreed to or refused; the newest decision counts.

    Raises:
        PurposeMissing: no such purpose.
    """
    asked = PURPOSES.get(purpose)
    if asked is None:
        raise PurposeMissing
    return Consent.objects.create(
        user=user,
        browser_key=browser_key,
        purpose=asked.code,
        version=asked.version,
        is_given=is_given,
        at=clock.now(),
    )


def find_decision(user: User | None, browser_key: str, purpose: str) -> Consent | None:
    """Return the newest decision of an account, else of a guest's browser."""
    asked = PURPOSES[purpose]
    own = Q(user=user) if user is not None else Q(user=None, browser_key=browser_key)
    if user is None and not browser_key:
        return None
    rows = Consent.objects.filter(own, purpose=purpose, version=asked.version)
    return rows.order_by("-at", "-id").first()


def is_given(user: User | None, browser_key: str, purpose: str) -> bool:
    """Whether somebody has agreed to today's words; one query."""
    decision = find_decision(user, browser_key, purpose)
    return decision is not None and decision.is_given


def find_given(purpose: str, names: Collection[str]) -> dict[str, dt.datetime]:
    """Return who of these people agrees, and since when; one query.

    Args:
        purpose: what for.
        names: `account:<public id>` or `browser:<key>`.
    """
    kinds: dict[str, list[str]] = {"account": [], "browser": []}
    for name in names:
        kind, _colon, key = name.partition(":")
        kinds[kind].append(key)
    facts: dict[str, Any] = {
        "purpose": purpose,
        "version": PURPOSES[purpose].version,
        "accounts": kinds["account"],
        "browsers": kinds["browser"],
    }
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, facts)
        rows = cursor.fetchall()
    return {who: at for who, given, at in rows if given}
