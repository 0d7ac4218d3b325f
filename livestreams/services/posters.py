"""The picture that a host puts up for a show: verified, kept, taken down."""

from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from catalog.services.pictures import clean_picture
from livestreams.models import Livestream
from shopfront.common.ids import new_public_id

LONGEST_SIDE = 1280


def set_poster(livestream: Livestream, file: IO[bytes]) -> None:
    """Put up a show's picture in place of the one before.

    It is shown until the show is on air, behind its replay and with shared links.

    Raises:
        BadPicture: not a picture, a broken one, or of a type that we do not take.
        PictureTooLarge: more than 15 MB or 50 million pixels.

    Locks: the livestream's row.
    """
    picture = ContentFile(clean_picture(file, longest_side=LONGEST_SIDE))
    name = default_storage.save(f"posters/{new_public_id()}.jpg", picture)
    try:
        _replace(livestream, name)
    except BaseException:
        default_storage.delete(name)
        raise


def remove_poster(livestream: Livestream) -> None:
    """Take a show's picture down and delete it.

    Locks: the livestream's row. Safe to repeat: yes.
    """
    _replace(livestream, "")


def exchange_poster(livestream: Livestream, *, before: str, after: str) -> bool:
    """Name another file as a show's picture; False when it is another by now.

    In the open transaction; files are the caller's. Safe to repeat: yes.
    """
    rows = Livestream.objects.filter(pk=livestream.pk, poster=before)
    return bool(rows.update(poster=after))


def _replace(livestream: Livestream, name: str) -> None:
    with transaction.atomic():
        show = Livestream.objects.select_for_update(no_key=True).get(pk=livestream.pk)
        before = str(show.poster)
        show.poster = name
        show.save(update_fields=["poster"])
        if before:
            transaction.on_commit(lambda: default_storage.delete(before), robust=True)
    livestream.refresh_from_db(fields=["poster"])
