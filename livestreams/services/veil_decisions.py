"""Reported pictures: decided by a person, appealed, decided anew, undone (C7, C9)."""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from catalog.services.veiling import WITHHELD
from livestreams.errors.moderation import (
    AppealDecided,
    AppealedBefore,
    AppealEmpty,
    OwnDecision,
)
from livestreams.errors.veils import OwnPicture, PictureDecided, PictureNotDown
from livestreams.models import PictureAppeal, VeiledPicture
from livestreams.selectors.veils import is_own
from livestreams.services import veil_places, veils
from shopfront.common import clock
from shopfront.models import User
from shopfront.models.appeals import (
    APPEALED_WITHIN,
    DECIDED_WITHIN,
    REMIND_BEFORE,
    WORDS_KEPT,
)
from shopfront.services import audit, outbox

REMOVED_TOPIC = "livestreams.picture_removed"
BACK_TOPIC = "livestreams.picture_put_back"
REFUSED_TOPIC = "livestreams.picture_appeal_refused"
DUE_TOPIC = "livestreams.picture_appeal_due"

State = VeiledPicture.State
Answer = PictureAppeal.State


def decide_picture(
    picture: VeiledPicture, *, is_offensive: bool, by: User, reason: str
) -> None:
    """Take a reported picture down, or show it again; tell who is concerned.

    What is taken down is kept where no page finds it, so that it can come back. A
    picture that its owner replaced meanwhile is deleted either way.

    Raises:
        OwnPicture: nobody decides about a picture that they put up.
        PictureDecided: somebody decided before.

    Locks: the picture's row, then what shows it.
    """
    if is_own(picture, by):
        raise OwnPicture
    with transaction.atomic():
        after = State.REMOVED if is_offensive else State.FINE
        if not _change(picture, State.OPEN, after, by=by, reason=reason):
            raise PictureDecided
        if is_offensive:
            _take_down(picture)
        elif veil_places.hang_picture(picture):
            veil_places.delete_files(picture.veil)
        else:
            veil_places.delete_files(picture.veil, picture.original)
        count = veils.tell_reporters(picture)
        _record("decide_picture", picture, by, reason, reports=count)


def undo_picture(picture: VeiledPicture, *, by: User, reason: str) -> None:
    """Show again what was taken down, in one step, and tell who is concerned.

    Where another picture hangs by now, that one stays. An open appeal is granted.

    Raises:
        OwnPicture: nobody decides about a picture that they put up.
        PictureNotDown: it was not taken down, or is back already.

    Locks: the picture's row, then what shows it, then the appeal's row.
    """
    if is_own(picture, by):
        raise OwnPicture
    with transaction.atomic():
        if not _change(picture, State.REMOVED, State.FINE, by=by, reason=reason):
            raise PictureNotDown
        _put_back(picture)
        about = PictureAppeal.objects.filter(picture=picture)
        _answer(about, Answer.GRANTED, by=by, answer=reason)
        outbox.post(BACK_TOPIC, picture.public_id, {"picture": picture.public_id})
        veils.tell_reporters(picture)
        _record("undo_picture", picture, by, reason)


def appeal_picture(picture: VeiledPicture, *, person: User, text: str) -> PictureAppeal:
    """Ask that somebody else looks at a picture again that was taken down.

    Raises:
        AppealEmpty: not a word was said.
        PictureNotDown: it was not taken down, or is back already.
        AppealedBefore: one appeal is looked at.

    Locks: the picture's row.
    """
    said = " ".join(text.replace("\x00", "").split())[:500]
    if not said:
        raise AppealEmpty
    try:
        with transaction.atomic():
            rows = VeiledPicture.objects.select_for_update(no_key=True)
            if not rows.filter(pk=picture.pk, state=State.REMOVED).exists():
                raise PictureNotDown
            return PictureAppeal.objects.create(
                picture=picture, person=person, text=said
            )
    except IntegrityError as error:
        raise AppealedBefore from error


def grant_picture_appeal(appeal: PictureAppeal, *, by: User, answer: str) -> None:
    """Undo what was decided about a picture, and tell who is concerned.

    Raises:
        OwnDecision: the same person took it down, or appeals.
        OwnPicture: nobody decides about a picture that they put up.
        AppealDecided: somebody was first.

    Locks: as `undo_picture` does.
    """
    _require_another(appeal, by)
    with transaction.atomic():
        picture = _claim(appeal, Answer.GRANTED, by=by, answer=answer)
        try:
            undo_picture(picture, by=by, reason=answer)
        except PictureNotDown as late:
            raise AppealDecided from late


def refuse_picture_appeal(appeal: PictureAppeal, *, by: User, answer: str) -> None:
    """Let a picture stay away, delete it for good and tell who appealed why.

    Raises:
        OwnDecision: the same person took it down, or appeals.
        OwnPicture: nobody decides about a picture that they put up.
        AppealDecided: somebody was first.

    Locks: the picture's row, then the appeal's.
    """
    _require_another(appeal, by)
    with transaction.atomic():
        picture = _claim(appeal, Answer.REFUSED, by=by, answer=answer)
        _forget(picture)
        outbox.post(REFUSED_TOPIC, appeal.public_id, {"appeal": appeal.public_id})
        _record("refuse_picture_appeal", picture, by, answer)


def remind_of_due() -> int:
    """Remind staff of appeals that are due within two days; return how many wait.

    Safe to repeat: yes, each is told once.
    """
    latest = clock.now() + REMIND_BEFORE - DECIDED_WITHIN
    soon = PictureAppeal.objects.filter(state=Answer.OPEN, created_at__lte=latest)
    refs = list(soon.order_by("id").values_list("public_id", flat=True))
    with transaction.atomic():
        for ref in refs:
            outbox.post(DUE_TOPIC, ref, {"appeal": ref})
    return len(refs)


def forget_pictures() -> int:
    """Delete pictures that were taken down six months ago; return how many.

    Safe to repeat: yes; what an open appeal is about stays.
    """
    old = VeiledPicture.objects.filter(
        state=State.REMOVED,
        decided_at__lte=clock.now() - APPEALED_WITHIN,
        original__startswith=WITHHELD,
    ).exclude(appeal__state=Answer.OPEN)
    count = 0
    for pk in old.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = old.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
            if row is not None:
                _forget(row)
                count += 1
    return count


def _change(
    picture: VeiledPicture, before: str, after: str, *, by: User, reason: str
) -> bool:
    changed = VeiledPicture.objects.filter(pk=picture.pk, state=before).update(
        state=after, decided_at=clock.now(), decided_by=by, answer=reason[:200]
    )
    if changed:
        picture.refresh_from_db()
    return bool(changed)


def _take_down(picture: VeiledPicture) -> None:
    if not veil_places.take_down(picture):
        veil_places.delete_files(picture.veil, picture.original)
    elif picture.clip is None:
        veil_places.withhold(picture)
    outbox.post(REMOVED_TOPIC, picture.public_id, {"picture": picture.public_id})


def _put_back(picture: VeiledPicture) -> None:
    is_kept = veil_places.is_withheld(picture)
    if is_kept:
        veil_places.bring_back(picture)
    if not is_kept and picture.clip is None:
        return
    gone = [picture.veil]
    if not veil_places.hang_again(picture):
        gone.append(picture.original)
    veil_places.delete_files(*gone)


def _forget(picture: VeiledPicture) -> None:
    """Delete the files of what was taken down; a clip keeps its blurred picture."""
    if not veil_places.is_withheld(picture):
        return
    veil_places.delete_files(picture.original, picture.veil)
    picture.original = f"gone/{picture.public_id}"
    picture.save(update_fields=["original"])


def _claim(
    appeal: PictureAppeal, state: PictureAppeal.State, *, by: User, answer: str
) -> VeiledPicture:
    """Answer an appeal in the open transaction, once; return its locked picture."""
    rows = VeiledPicture.objects.select_for_update(no_key=True)
    picture = rows.get(pk=appeal.picture_id)
    own = PictureAppeal.objects.filter(pk=appeal.pk)
    if not _answer(own, state, by=by, answer=answer):
        raise AppealDecided
    return picture


def _answer(
    appeals: "QuerySet[PictureAppeal]",
    state: PictureAppeal.State,
    *,
    by: User,
    answer: str,
) -> int:
    return appeals.filter(state=Answer.OPEN).update(
        state=state,
        decided_by=by,
        decided_at=clock.now(),
        answer=answer[:200],
        text=WORDS_KEPT,
    )


def _require_another(appeal: PictureAppeal, by: User) -> None:
    if appeal.state != Answer.OPEN:
        raise AppealDecided
    if by.pk in {appeal.picture.decided_by_id, appeal.person_id}:
        raise OwnDecision
    if is_own(appeal.picture, by):
        raise OwnPicture


def _record(
    name: str, picture: VeiledPicture, by: User, reason: str, **facts: int
) -> None:
    audit.record(
        f"livestreams.{name}",
        actor=by,
        subject_kind="veiledpicture",
        subject_ref=picture.public_id,
        reason=reason,
        facts={"state": picture.state, **facts},
    )
