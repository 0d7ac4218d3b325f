"""Reported pictures: what is behind a blurred one, and what somebody reported."""

from livestreams.models import PictureReport, VeiledPicture
from livestreams.models.veils import VEILS
from shopfront.models import User

MOST_SHOWN = 30


def find_veiled(name: str) -> VeiledPicture | None:
    """Return what a file's name veils, or None; a query for a veil alone."""
    if not name.startswith(VEILS):
        return None
    return VeiledPicture.objects.filter(
        veil=name, state=VeiledPicture.State.OPEN
    ).first()


def list_own_picture_reports(user: User) -> list[PictureReport]:
    """List the pictures that a person reported, the newest first; one query."""
    rows = PictureReport.objects.filter(reporter=user)
    return list(rows.select_related("picture__creator")[:MOST_SHOWN])
