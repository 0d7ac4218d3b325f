"""Becoming a creator, and ceasing to be one."""

from django.db import IntegrityError, transaction

from creators.errors import AlreadyApplied, HandleTaken, UnderAge
from creators.errors.leaving import NotApplied, NotClosed, NotOpen
from creators.models import Creator, FormerHandle
from creators.models.handles import RESERVED
from creators.selectors.leaving import CLOSE, REFUSE
from creators.signals import creator_closed
from shopfront.common import clock
from shopfront.models import Market, User
from shopfront.services import audit, outbox

VERIFIED_TOPIC = "creators.verified"
REFUSED_TOPIC = "creators.refused"
CLOSED_TOPIC = "creators.closed"
State = Creator.State


def apply_as_creator(
    user: User, *, market: Market, handle: str, display_name: str
) -> Creator:
    """Write an application; a member of staff verifies it (P1).

    Raises:
        UnderAge: assurance put the person below 18.
        AlreadyApplied: the account has an application or is a creator.
        HandleTaken: the handle belongs to somebody, or did, or sounds like us.
    """
    if user.is_under_18:
        raise UnderAge
    if Creator.objects.filter(user=user).exists():
        raise AlreadyApplied
    if handle.lower() in RESERVED:
        raise HandleTaken
    try:
        with transaction.atomic():
            creator = Creator.objects.create(
                user=user,
                market=market,
                handle=handle.lower(),
                display_name=display_name,
            )
            if FormerHandle.objects.filter(handle=creator.handle).exists():
                raise HandleTaken
            return creator
    except IntegrityError as fault:
        if Creator.objects.filter(user=user).exists():
            raise AlreadyApplied from fault
        raise HandleTaken from fault


def verify_creator(creator: Creator, *, by: User, reason: str = "") -> Creator:
    """Let a creator host, after a member of staff checked age and identity.

    They are told by e-mail, as the application promised.

    Safe to repeat: yes; the audit row and the letter are written once.
    """
    with transaction.atomic():
        changed = Creator.objects.filter(
            pk=creator.pk, state=Creator.State.APPLIED
        ).update(state=Creator.State.VERIFIED)
        if changed:
            audit.record(
                "creators.verify",
                actor=by,
                subject_kind="creator",
                subject_ref=creator.public_id,
                reason=reason,
            )
            key = f"{creator.public_id}:{clock.now():%Y%m%d%H%M%S%f}"
            outbox.post(VERIFIED_TOPIC, key, {"creator": creator.public_id})
    creator.refresh_from_db()
    return creator


def refuse_application(creator: Creator, *, by: User, reason: str) -> None:
    """Refuse an application; the applicant is told why, and that they may answer (S5).

    Raises:
        NotApplied: it is verified or closed already.
    """
    with transaction.atomic():
        if not _move(creator, State.APPLIED, State.CLOSED):
            raise NotApplied
        _note(REFUSE, REFUSED_TOPIC, creator, by, reason)
    creator.refresh_from_db()


def close_creator(creator: Creator, *, by: User, reason: str = "") -> None:
    """Close a creator's account, as they wish or with a reason of staff.

    What they earned stays theirs and is paid as agreed, they can take all along (P8),
    and their coming shows are called off. Whoever did not do it themselves is told why.

    Raises:
        NotOpen: it is no verified account, or closed already.
    """
    with transaction.atomic():
        if not _move(creator, State.VERIFIED, State.CLOSED):
            raise NotOpen
        is_own = by.pk == creator.user_id
        _note(CLOSE, "" if is_own else CLOSED_TOPIC, creator, by, reason)
        creator_closed.send(Creator, creator=creator, why="" if is_own else reason)
    creator.refresh_from_db()


def reopen_creator(creator: Creator, *, by: User, reason: str = "") -> None:
    """Let a closed account wait for being verified once more.

    Raises:
        NotClosed: it is open, or waits already.
    """
    with transaction.atomic():
        if not _move(creator, State.CLOSED, State.APPLIED):
            raise NotClosed
        _note("creators.reopen", "", creator, by, reason)
    creator.refresh_from_db()


def _move(creator: Creator, source: str, target: str) -> bool:
    """Change a creator's state where it is still the one; say whether it was."""
    rows = Creator.objects.filter(pk=creator.pk, state=source)
    return bool(rows.update(state=target))


def _note(action: str, topic: str, creator: Creator, by: User, reason: str) -> None:
    """Leave the audit row of a step, and post its letter where there is one."""
    audit.record(
        action,
        actor=by,
        subject_kind="creator",
        subject_ref=creator.public_id,
        reason=reason,
    )
    if topic:
        key = f"{creator.public_id}:{clock.now():%Y%m%d%H%M%S%f}"
        outbox.post(topic, key, {"creator": creator.public_id, "why": reason})
