"""Whom a creator trusts with a signal, and who trusts a welfare person (N3)."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from creators.models import Creator, WelfareConsent, WelfarePerson
from shopfront.common import clock
from shopfront.models import Market, User


def find_welfare_person(market: Market) -> WelfarePerson | None:
    """Return who looks after the creators of a market now, or None; one query."""
    return _list_current().filter(market=market).select_related("user").first()


def find_consent(creator: Creator) -> WelfareConsent | None:
    """Return a creator's consent that holds now, or None; two queries.

    One that was given to somebody else than who is appointed now is worth nothing.
    """
    found = find_welfare_person(creator.market)
    if found is None:
        return None
    return WelfareConsent.objects.filter(
        creator=creator, person=found.user, withdrawn_at=None
    ).first()


def is_welfare_person(user: User) -> bool:
    """Whether somebody looks after creators of any market now; one query."""
    return _list_current().filter(user=user).exists()


def list_trusting(user: User) -> list[Creator]:
    """Return the creators who let this very person see a signal; one query."""
    appointed = _list_current().filter(user=user, market=OuterRef("market"))
    agreed = WelfareConsent.objects.filter(
        creator=OuterRef("pk"), person=user, withdrawn_at=None
    )
    rows = Creator.objects.filter(Exists(appointed), Exists(agreed))
    return list(rows.select_related("market").order_by("display_name", "pk"))


def _list_current() -> "QuerySet[WelfarePerson]":
    now = clock.now()
    current = Q(until=None) | Q(until__gt=now)
    return WelfarePerson.objects.filter(
        current, since__lte=now, user__is_active=True
    ).order_by("-since", "-pk")
