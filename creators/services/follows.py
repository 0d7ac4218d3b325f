"""Following a creator, and taking it back (F8)."""

from creators.errors import FollowYourself
from creators.models import Creator, Follow
from shopfront.models import User


def follow_creator(creator: Creator, *, user: User) -> None:
    """Let a person follow a creator.

    Raises:
        FollowYourself: the creator is this very person.

    Safe to repeat: yes.
    """
    if creator.user_id == user.pk:
        raise FollowYourself
    Follow.objects.bulk_create(
        [Follow(creator=creator, user=user)], ignore_conflicts=True
    )


def unfollow_creator(creator: Creator, *, user: User) -> None:
    """Take a follow back. Safe to repeat: yes."""
    Follow.objects.filter(creator=creator, user=user).delete()
