"""A creator's own page: name, words, picture, and the handle in its address (P1)."""

import datetime as dt

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from creators.errors import HandleKept, HandleTaken
from creators.models import Creator, FormerHandle
from creators.models.handles import RESERVED
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import User
from shopfront.services import audit

KEPT_FOR = dt.timedelta(days=30)
LONGEST_BIO = 2000


def change_profile(creator: Creator, *, display_name: str, bio: str) -> None:
    """Store the name shown to others and what the creator says of themselves.

    Safe to repeat: yes.
    """
    Creator.objects.filter(pk=creator.pk).update(
        display_name=display_name.strip()[:60], bio=bio.strip()[:LONGEST_BIO]
    )
    creator.refresh_from_db()


def change_handle(creator: Creator, handle: str, *, by: User) -> None:
    """Give a creator another handle; the old address leads on to it for good.

    One's own former handle may be taken back.

    Raises:
        HandleKept: it was changed in the last thirty days; `until` says when it may.
        HandleTaken: somebody has it, or had it before, or it sounds like us.

    Locks: the creator's row. Safe to repeat: yes, the same handle changes nothing.
    """
    wanted = handle.lower()
    try:
        with transaction.atomic():
            row = Creator.objects.select_for_update().get(pk=creator.pk)
            if row.handle == wanted:
                return
            if wanted in RESERVED:
                raise HandleTaken
            _check_pause(row)
            FormerHandle.objects.filter(creator=row, handle=wanted).delete()
            FormerHandle.objects.create(creator=row, handle=row.handle)
            # This waits for whoever leaves the same handle at this moment; only then
            # can be seen that it was theirs.
            Creator.objects.filter(pk=row.pk).update(handle=wanted)
            if FormerHandle.objects.filter(handle=wanted).exists():
                raise HandleTaken
            audit.record(
                "creators.change_handle",
                actor=by,
                subject_kind="creator",
                subject_ref=row.public_id,
                facts={"from": row.handle, "to": wanted},
            )
    except IntegrityError as fault:
        raise HandleTaken from fault
    creator.refresh_from_db()


def set_picture(creator: Creator, content: bytes) -> None:
    """Put up a creator's picture, a clean JPEG, in place of the one before.

    Locks: the creator's row.
    """
    name = default_storage.save(f"creators/{new_public_id()}.jpg", ContentFile(content))
    try:
        _replace(creator, name)
    except BaseException:
        default_storage.delete(name)
        raise


def remove_picture(creator: Creator) -> None:
    """Take a creator's picture down and delete it. Safe to repeat: yes."""
    _replace(creator, "")


def exchange_picture(creator: Creator, *, before: str, after: str) -> bool:
    """Name another file as a creator's picture; False when it is another by now.

    In the open transaction; files are the caller's. Safe to repeat: yes.
    """
    rows = Creator.objects.filter(pk=creator.pk, picture=before)
    return bool(rows.update(picture=after))


def _check_pause(row: Creator) -> None:
    last = FormerHandle.objects.filter(creator=row).order_by("-left_at").first()
    until = last.left_at + KEPT_FOR if last is not None else None
    if until is not None and clock.now() < until:
        raise HandleKept(extra={"until": until.isoformat()})


def _replace(creator: Creator, name: str) -> None:
    with transaction.atomic():
        row = Creator.objects.select_for_update(no_key=True).get(pk=creator.pk)
        before = str(row.picture)
        row.picture = name
        row.save(update_fields=["picture"])
        if before:
            transaction.on_commit(lambda: default_storage.delete(before), robust=True)
    creator.refresh_from_db(fields=["picture"])
