"""Following a creator, taking it back, and sharing one's address with them (F8, P8)."""

from creators.errors import FollowYourself
from creators.models import Creator, Follow
from shopfront.common import clock
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


def share_address(creator: Creator, *, user: User, is_shared: bool) -> bool:
    """Let a creator take a follower's e-mail address along, or not any more.

    Returns:
        Whether this person follows the creator and is no minor; nobody else shares
        anything.

    Safe to repeat: yes; the moment of the first agreement stays.
    """
    if user.is_under_18:
        return False
    rows = Follow.objects.filter(creator=creator, user=user)
    if is_shared:
        rows.filter(shared_at=None).update(shared_at=clock.now())
    else:
        rows.update(shared_at=None)
    return rows.exists()
