"""Follows as the button, the list and the count show them."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q

from creators.models import Creator, Follow
from creators.selectors.public import VISIBLE
from shopfront.models import User


@dataclass(frozen=True, slots=True)
class FollowStanding:
    """How many follow a creator, and whether the person who asks does."""

    handle: str
    name: str
    count: int
    is_following: bool
    is_own: bool


def read_follow(creator: Creator, user: User | AnonymousUser) -> FollowStanding:
    """Return how a person stands to a creator; one query."""
    key = user.pk if isinstance(user, User) else None
    counted = Follow.objects.filter(creator=creator).aggregate(
        all=Count("id"), own=Count("id", filter=Q(user=key))
    )
    return FollowStanding(
        handle=creator.handle,
        name=creator.display_name,
        count=counted["all"],
        is_following=bool(key) and counted["own"] > 0,
        is_own=key is not None and creator.user_id == key,
    )


def list_followed(user: User) -> list[Creator]:
    """List whom a person follows, the newest first; one query."""
    return list(
        Creator.objects.filter(follows__user=user, state=VISIBLE).order_by(
            "-follows__created_at", "-follows__id"
        )
    )


def count_followers(creator: Creator) -> int:
    """Count who follows a creator; one query."""
    return Follow.objects.filter(creator=creator).count()
