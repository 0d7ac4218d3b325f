"""Offensive pictures: blurred from the first report until somebody decides (C11).

What shows a picture names a blurred copy meanwhile, so that walls, shared links and
caches show nothing else; whoever wants to see the picture asks for it.
"""

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from catalog.models import ProductPicture
from creators.models import Creator
from livestreams.errors.veils import PictureGone
from livestreams.models import Clip, Livestream, PictureReport, VeiledPicture
from livestreams.services import veil_places
from shopfront.models import User
from shopfront.services import outbox

TOPIC = "livestreams.picture_decided"

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
    """Take a report of a show's picture, as `report_portrait` does.

    Raises:
        PictureGone: there is none, or it was replaced at this moment.
    """
    draft = VeiledPicture(
        kind=Kind.POSTER, creator=livestream.creator, livestream=livestream
    )
    return _report(draft, str(livestream.poster), reporter)


def report_clip(clip: Clip, *, reporter: User) -> PictureReport:
    """Take a report of a clip's first picture, as `report_portrait` does."""
    creator = clip.livestream.creator
    draft = VeiledPicture(kind=Kind.CLIP, creator=creator, clip=clip)
    return _report(draft, veil_places.name_still(clip), reporter)


def report_photograph(photograph: ProductPicture, *, reporter: User) -> PictureReport:
    """Take a report of a product's picture, as `report_portrait` does.

    Other products that show the same file are meant too.

    Raises:
        PictureGone: it was exchanged or taken down at this moment.
    """
    draft = VeiledPicture(kind=Kind.PRODUCT, product=photograph.product)
    return _report(draft, str(photograph.original), reporter)


def tell_reporters(picture: VeiledPicture) -> int:
    """Have each reporter told, in the open transaction; return how many there are."""
    reports = list(picture.reports.all())
    for report in reports:
        _tell(report)
    return len(reports)


def _report(draft: VeiledPicture, name: str, reporter: User) -> PictureReport:
    if not name:
        raise PictureGone
    known = VeiledPicture.objects.filter(Q(original=name) | Q(veil=name)).first()
    picture = known or _veil(draft, name)
    with transaction.atomic():
        row = VeiledPicture.objects.select_for_update(no_key=True).get(pk=picture.pk)
        if row.state == State.OPEN:
            # The same photograph may have been put up once more since.
            veil_places.hang_veil(row)
        report, is_new = PictureReport.objects.get_or_create(
            picture=row, reporter=reporter
        )
        if is_new and row.state != State.OPEN:
            _tell(report)
    return report


def _veil(draft: VeiledPicture, name: str) -> VeiledPicture:
    """Put a blurred copy in a picture's place; of two who do, the first one's stays."""
    draft.original = name
    try:
        draft.veil = veil_places.make_veil(draft)
    except OSError as fault:
        raise PictureGone from fault
    facts = {
        "kind": draft.kind,
        "creator": draft.creator,
        "livestream": draft.livestream,
        "clip": draft.clip,
        "product": draft.product,
        "veil": draft.veil,
    }
    try:
        with transaction.atomic():
            row, is_first = VeiledPicture.objects.get_or_create(
                original=name, defaults=facts
            )
            if is_first and not veil_places.hang_veil(row):
                raise PictureGone
    except BaseException:
        default_storage.delete(draft.veil)
        raise
    if not is_first:
        default_storage.delete(draft.veil)
    return row


def _tell(report: PictureReport) -> None:
    outbox.post(TOPIC, report.public_id, {"report": report.public_id})
