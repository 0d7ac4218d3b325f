"""The way to reported pictures of one's own."""

from django.db.models import Q, QuerySet

from livestreams.errors.veils import PictureGone
from livestreams.models import VeiledPicture
from shopfront.models import User


def get_own_picture_for(user: User, public_id: str) -> VeiledPicture:
    """Return a reported picture that a person, or a brand they act for, put up.

    Raises:
        PictureGone: there is none, or it is somebody else's.
    """
    picture = select_own_pictures(user).filter(public_id=public_id).first()
    if picture is None:
        raise PictureGone
    return picture


def select_own_pictures(user: User) -> "QuerySet[VeiledPicture]":
    """Return the reported pictures that a person, or a brand they act for, put up."""
    members = Q(product__brand__members__user=user)
    return VeiledPicture.objects.filter(Q(creator__user=user) | members)
