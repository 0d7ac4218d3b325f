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


def stand_to(
    creator: Creator, user: User | AnonymousUser, *, count: int
) -> FollowStanding:
    """Return how a person stands to a creator whose followers were counted before.

    At most one query.
    """
    own = Follow.objects.filter(creator=creator, user=user.pk) if user.pk else None
    return FollowStanding(
        handle=creator.handle,
        name=creator.display_name,
        count=count,
        is_following=own is not None and own.exists(),
        is_own=user.pk is not None and creator.user_id == user.pk,
    )


def list_followed(user: User) -> list[Follow]:
    """List whom a person follows, the newest first; one query.

    A creator who closed stays in it while one's address is shared with them.
    """
    shown = Q(creator__state=VISIBLE) | Q(shared_at__isnull=False)
    rows = Follow.objects.filter(shown, user=user).select_related("creator")
    return list(rows.order_by("-created_at", "-id"))


def find_followed(user: User, handle: str) -> Creator | None:
    """Return a creator whom a person follows, in whichever state, or None."""
    return Creator.objects.filter(follows__user=user, handle=handle).first()


def count_followers(creator: Creator) -> int:
    """Count who follows a creator; one query."""
    return Follow.objects.filter(creator=creator).count()
