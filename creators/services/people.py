"""Becoming a creator."""

from django.db import IntegrityError, transaction

from creators.errors import AlreadyApplied, HandleTaken, UnderAge
from creators.models import Creator, FormerHandle
from shopfront.models import Market, User
from shopfront.services import audit, outbox

VERIFIED_TOPIC = "creators.verified"


def apply_as_creator(
    user: User, *, market: Market, handle: str, display_name: str
) -> Creator:
    """Write an application; a member of staff verifies it (P1).

    Raises:
        UnderAge: assurance put the person below 18.
        AlreadyApplied: the account has an application or is a creator.
        HandleTaken: the handle belongs to somebody, or did.
    """
    if user.is_under_18:
        raise UnderAge
    if Creator.objects.filter(user=user).exists():
        raise AlreadyApplied
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
            outbox.post(
                VERIFIED_TOPIC, creator.public_id, {"creator": creator.public_id}
            )
    creator.refresh_from_db()
    return creator
