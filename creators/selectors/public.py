"""Creators as the public sees them."""

from creators.models import Creator
from shopfront.models import User

VISIBLE = Creator.State.VERIFIED


def find_public_creator(handle: str) -> Creator | None:
    """Return a verified creator by handle, or None."""
    return (
        Creator.objects.select_related("market")
        .filter(handle=handle.lower(), state=VISIBLE)
        .first()
    )


def find_moved_creator(handle: str) -> Creator | None:
    """Return the verified creator who had a handle before, or None; one query."""
    rows = Creator.objects.filter(former_handles__handle=handle.lower(), state=VISIBLE)
    return rows.first()


def search_creators(query: str, *, limit: int = 8) -> list[Creator]:
    """Return verified creators whose name or handle is near the words; one query."""
    near = Creator.objects.filter(display_name__trigram_word_similar=query)
    same = Creator.objects.filter(handle__trigram_similar=query)
    return list((near | same).filter(state=VISIBLE).order_by("display_name")[:limit])


def find_creator_of(user: User) -> Creator | None:
    """Return the creator that an account is, in whichever state, or None."""
    return Creator.objects.filter(user=user).first()
