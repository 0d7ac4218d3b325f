"""Reported pictures: what is behind a blurred one, whose it is, who reported it."""

from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import Q

from livestreams.access.playback import get_clip_url
from livestreams.access.veils import select_own_pictures
from livestreams.models import PictureReport, VeiledPicture
from livestreams.models.veils import VEILS
from shopfront.models import User

MOST_SHOWN = 30
ABOUT = ("creator", "livestream", "clip", "product__brand")
State = VeiledPicture.State


@dataclass(frozen=True, slots=True)
class Veil:
    """A blurred picture that a page shows, and the way to see it all the same."""

    veil_url: str
    url: str


def find_veil(name: str, user: User | None = None) -> Veil | None:
    """Return what a stored file's name veils, or None; a query for a veil alone."""
    if not name.startswith(VEILS):
        return None
    rows = VeiledPicture.objects.filter(veil=name, state=State.OPEN)
    picture = rows.select_related("clip__livestream").first()
    if picture is None:
        return None
    return Veil(default_storage.url(name), find_url(picture, user))


def find_url(picture: VeiledPicture, user: User | None = None) -> str:
    """Return where a reported picture itself is, for somebody who wants to see it."""
    if picture.clip is not None:
        return get_clip_url(picture.clip, user, ending="jpg")
    return default_storage.url(picture.original)


def is_own(picture: VeiledPicture, user: User) -> bool:
    """Whether a person put a picture up, or acts for the brand that did; one query."""
    return select_own_pictures(user).filter(pk=picture.pk).exists()


def list_owners(picture: VeiledPicture) -> list[User]:
    """List who is told about a picture: its creator, or all who act for the brand.

    One query.
    """
    rows = User.objects.filter(is_active=True)
    if picture.product is not None:
        about = Q(brand_memberships__brand__products=picture.product)
    else:
        about = Q(creator=picture.creator)
    return list(rows.filter(about).order_by("pk"))


def list_own_pictures(user: User) -> list[VeiledPicture]:
    """List what was decided about a person's own pictures, the newest first.

    One query. What was found fine without more was never their matter.
    """
    told = Q(state=State.REMOVED) | Q(appeal__isnull=False)
    rows = select_own_pictures(user).filter(told)
    rows = rows.select_related(*ABOUT, "appeal", "decided_by")
    return list(rows[:MOST_SHOWN])


def list_own_picture_reports(user: User) -> list[PictureReport]:
    """List the pictures that a person reported, the newest first; one query."""
    rows = PictureReport.objects.filter(reporter=user)
    about = [f"picture__{name}" for name in ABOUT]
    return list(rows.select_related(*about)[:MOST_SHOWN])
