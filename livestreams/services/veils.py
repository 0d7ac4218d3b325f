"""Offensive pictures: blurred from the first report until somebody decides (C11).

The row of the creator or show names a blurred copy meanwhile, so that walls, shared
links and caches show nothing else; whoever wants to see the picture asks for it.
"""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from catalog.services.pictures import blur_picture
from creators.models import Creator
from creators.services.profiles import exchange_picture
from livestreams.errors.veils import OwnPicture, PictureDecided, PictureGone
from livestreams.models import Livestream, PictureReport, VeiledPicture
from livestreams.models.veils import VEILS
from livestreams.services.posters import exchange_poster
from shopfront.common import clock
from shopfront.common.ids import new_public_id
from shopfront.models import User
from shopfront.services import audit, outbox

TOPIC = "livestreams.picture_decided"
REMOVED_TOPIC = "livestreams.picture_removed"

Kind = VeiledPicture.Kind
State = VeiledPicture.State


def report_portrait(creator: Creator, *, reporter: User) -> PictureReport:
    """Take a report of a creator's picture, which is blurred from now on.

    One that was looked at and found fine stays as it is, and its reporter is told.

    Raises:
        PictureGone: there is none, or it was replaced at this moment.

    Locks: the picture's row. Safe to repeat: the same person's second report of a
    picture is the first.
    """
    draft = VeiledPicture(kind=Kind.PORTRAIT, creator=creator)
    return _report(draft, str(creator.picture), reporter)


def report_poster(livestream: Livestream, *, reporter: User) -> PictureReport:
    """Take a report of a show's picture, which is blurred from now on.

    One that was looked at and found fine stays as it is, and its reporter is told.

    Raises:
        PictureGone: there is none, or it was replaced at this moment.

    Locks: the picture's row. Safe to repeat: the same person's second report of a
    picture is the first.
    """
    draft = VeiledPicture(
        kind=Kind.POSTER, creator=livestream.creator, livestream=livestream
    )
    return _report(draft, str(livestream.poster), reporter)


def decide_picture(
    picture: VeiledPicture, *, is_offensive: bool, by: User, reason: str
) -> None:
    """Take a reported picture down for good, or show it again; tell who is concerned.

    A picture that its owner replaced meanwhile is deleted either way.

    Raises:
        OwnPicture: nobody decides about a picture that they put up.
        PictureDecided: somebody decided before.

    Locks: the picture's row, then that of the creator or show.
    """
    if picture.creator.user_id == by.pk:
        raise OwnPicture
    with transaction.atomic():
        changed = VeiledPicture.objects.filter(pk=picture.pk, state=State.OPEN).update(
            state=State.REMOVED if is_offensive else State.FINE,
            decided_at=clock.now(),
            decided_by=by,
            answer=reason[:200],
        )
        if not changed:
            raise PictureDecided
        picture.refresh_from_db()
        after = "" if is_offensive else picture.original
        is_up = _exchange(picture, before=picture.veil, after=after)
        gone = [picture.veil]
        if is_offensive or not is_up:
            gone.append(picture.original)
        _delete_on_commit(gone)
        reports = list(picture.reports.all())
        for report in reports:
            _tell(report)
        if is_offensive:
            facts = {"picture": picture.public_id}
            outbox.post(REMOVED_TOPIC, picture.public_id, facts)
        audit.record(
            "livestreams.decide_picture",
            actor=by,
            subject_kind="veiledpicture",
            subject_ref=picture.public_id,
            reason=reason,
            facts={"state": picture.state, "reports": len(reports)},
        )


def _report(draft: VeiledPicture, name: str, reporter: User) -> PictureReport:
    if not name:
        raise PictureGone
    known = VeiledPicture.objects.filter(Q(original=name) | Q(veil=name)).first()
    picture = known or _veil(draft, name)
    with transaction.atomic():
        row = VeiledPicture.objects.select_for_update(no_key=True).get(pk=picture.pk)
        report, is_new = PictureReport.objects.get_or_create(
            picture=row, reporter=reporter
        )
        if is_new and row.state != State.OPEN:
            _tell(report)
    return report


def _veil(draft: VeiledPicture, name: str) -> VeiledPicture:
    """Put a blurred copy in a picture's place; of two who do, the first one's stays."""
    blurred = blur_picture(_read(name))
    veil = default_storage.save(f"{VEILS}{new_public_id()}.jpg", ContentFile(blurred))
    facts = {
        "kind": draft.kind,
        "creator": draft.creator,
        "livestream": draft.livestream,
        "veil": veil,
    }
    try:
        with transaction.atomic():
            row, is_first = VeiledPicture.objects.get_or_create(
                original=name, defaults=facts
            )
            if is_first and not _exchange(row, before=name, after=veil):
                raise PictureGone
    except BaseException:
        default_storage.delete(veil)
        raise
    if not is_first:
        default_storage.delete(veil)
    return row


def _exchange(picture: VeiledPicture, *, before: str, after: str) -> bool:
    if picture.livestream is not None:
        return exchange_poster(picture.livestream, before=before, after=after)
    return exchange_picture(picture.creator, before=before, after=after)


def _read(name: str) -> bytes:
    try:
        with default_storage.open(name) as file:
            return bytes(file.read())
    except OSError as fault:
        raise PictureGone from fault


def _delete_on_commit(names: list[str]) -> None:
    def delete() -> None:
        for name in names:
            default_storage.delete(name)

    transaction.on_commit(delete, robust=True)


def _tell(report: PictureReport) -> None:
    outbox.post(TOPIC, report.public_id, {"report": report.public_id})
