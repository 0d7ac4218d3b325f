"""Whom a show calls first: its moderators, who is on duty, else all of staff."""

from dataclasses import dataclass

from django.db.models import QuerySet

from livestreams.models import CoHost, HelpCall, Livestream
from shopfront.common import clock
from shopfront.models import User

Reach = HelpCall.Reach


@dataclass(frozen=True, slots=True)
class Called:
    """Who is called, by e-mail address, and as what."""

    reach: HelpCall.Reach
    addresses: tuple[str, ...]


def find_called(livestream: Livestream) -> Called:
    """Return whom a show calls first; at most three queries."""
    active = User.objects.filter(is_active=True)
    duty = CoHost.Duty.MODERATOR
    moderators = active.filter(duties__livestream=livestream, duties__duty=duty)
    if found := _list_addresses(moderators):
        return Called(Reach.MODERATORS, found)
    now = clock.now()
    staff = active.filter(is_staff=True)
    on_duty = staff.filter(
        duty_shifts__market=livestream.market_id,
        duty_shifts__starts_at__lte=now,
        duty_shifts__ends_at__gt=now,
    )
    if found := _list_addresses(on_duty):
        return Called(Reach.DUTY, found)
    return Called(Reach.STAFF, _list_addresses(staff))


def has_help(livestream: Livestream) -> bool:
    """Whether somebody is on call for a show now: a moderator, or who is on duty."""
    return find_called(livestream).reach != Reach.STAFF


def list_called(livestream: Livestream) -> list[str]:
    """Return the addresses of whom a show calls first."""
    return list(find_called(livestream).addresses)


def _list_addresses(people: "QuerySet[User]") -> tuple[str, ...]:
    return tuple(people.order_by("email").values_list("email", flat=True).distinct())
