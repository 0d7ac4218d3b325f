"""Whom a show calls first: its moderators, who is on duty, else all of staff."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from creators.models import Creator
from livestreams.models import CoHost, HelpCall, Livestream, TeamMember
from shopfront.common import clock
from shopfront.models import User

Duty = CoHost.Duty
Reach = HelpCall.Reach


@dataclass(frozen=True, slots=True)
class Called:
    """Who is called, by e-mail address, and as what."""

    reach: HelpCall.Reach
    addresses: tuple[str, ...]


def find_called(livestream: Livestream) -> Called:
    """Return whom a show calls first; at most three queries."""
    if found := _list_addresses(_select_moderators(livestream)):
        return Called(Reach.MODERATORS, found)
    if found := _list_addresses(_select_on_duty(livestream.market_id, clock.now())):
        return Called(Reach.DUTY, found)
    return Called(Reach.STAFF, _list_addresses(_select_staff()))


def has_help(livestream: Livestream) -> bool:
    """Whether somebody is on call for a show now: a moderator, or who is on duty."""
    return find_called(livestream).reach != Reach.STAFF


def list_called(livestream: Livestream) -> list[str]:
    """Return the addresses of whom a show calls first."""
    return list(find_called(livestream).addresses)


def has_moderator(livestream: Livestream) -> bool:
    """Whether a show has a moderator who can be called; one query."""
    return _select_moderators(livestream).exists()


def will_have_moderator(creator: Creator) -> bool:
    """Whether a creator's team moderates each new show; one query."""
    rows = TeamMember.objects.filter(creator=creator, ended_at=None)
    return rows.filter(duty=Duty.MODERATOR, user__is_active=True).exists()


def is_anybody_on_duty(market_id: int, at: dt.datetime) -> bool:
    """Whether somebody is on duty in a market at a moment; one query."""
    return _select_on_duty(market_id, at).exists()


def _select_moderators(livestream: Livestream) -> "QuerySet[User]":
    return User.objects.filter(
        is_active=True,
        duties__livestream=livestream,
        duties__duty=Duty.MODERATOR,
    )


def _select_on_duty(market_id: int, at: dt.datetime) -> "QuerySet[User]":
    return _select_staff().filter(
        duty_shifts__market=market_id,
        duty_shifts__starts_at__lte=at,
        duty_shifts__ends_at__gt=at,
    )


def _select_staff() -> "QuerySet[User]":
    return User.objects.filter(is_active=True, is_staff=True)


def _list_addresses(people: "QuerySet[User]") -> tuple[str, ...]:
    return tuple(people.order_by("email").values_list("email", flat=True).distinct())
