"""Appeals: one for each person and act, decided by somebody who did not act (S5).

Within seven days, whether a person or a rule acted (E2).
"""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from livestreams.errors.moderation import (
    ActionMissing,
    ActionUndone,
    AppealDecided,
    AppealedBefore,
    AppealEmpty,
    OwnDecision,
)
from livestreams.models import Appeal, ChatMessage, ModerationAction
from livestreams.selectors.own_record import select_own_words
from livestreams.services import actions
from shopfront.common import clock
from shopfront.models import User
from shopfront.models.appeals import (
    DECIDED_WITHIN,
    REMIND_BEFORE,
    WORDS_KEPT,
    ErasableAppeal,
)
from shopfront.services import audit, outbox

TOPIC, DUE_TOPIC = "livestreams.appeal_decided", "livestreams.appeal_due"


def open_appeal(action: ModerationAction, *, person: User, text: str) -> Appeal:
    """Ask that somebody else looks at an act again.

    Raises:
        AppealEmpty: not a word was said.
        ActionMissing: the act does not concern this person.
        ActionUndone: it was taken back already.
        AppealedBefore: one appeal is looked at.

    Locks: the act, so that who takes it back answers this appeal or refuses it.
    """
    said = " ".join(text.split())[:500]
    if not said:
        raise AppealEmpty
    try:
        with transaction.atomic():
            act = actions.lock(action)
            if not concerns(act, person):
                raise ActionMissing
            if act.undone_at is not None:
                raise ActionUndone
            return Appeal.objects.create(action=act, person=person, text=said)
    except IntegrityError as error:
        raise AppealedBefore from error


def concerns(action: ModerationAction, person: User) -> bool:
    """Whether an act is about a person, or took a line of theirs."""
    if action.person_id == person.pk:
        return True
    return ChatMessage.objects.filter(taken_by=action, author=person).exists()


def claim_appeal(
    appeal: Appeal, *, by: User, state: Appeal.State, answer: str
) -> Appeal:
    """Decide an appeal in the open transaction; what follows is the caller's.

    Raises:
        OwnDecision: the same person acted, or appeals.
        AppealDecided: somebody was first.

    Locks: the appeal's row.
    """
    if by.pk in {appeal.action.by_id, appeal.person_id}:
        raise OwnDecision
    decided = Appeal.objects.filter(pk=appeal.pk, state=Appeal.State.OPEN).update(
        state=state,
        decided_by=by,
        decided_at=clock.now(),
        answer=answer[:200],
        text=WORDS_KEPT,
    )
    if not decided:
        raise AppealDecided
    appeal.refresh_from_db()
    audit.record(
        f"livestreams.appeal_{state}",
        actor=by,
        subject_kind="appeal",
        subject_ref=appeal.public_id,
        reason=answer,
        facts={"action": appeal.action.public_id},
    )
    outbox.post(TOPIC, appeal.public_id, {"appeal": appeal.public_id})
    return appeal


def refuse_appeal(appeal: Appeal, *, by: User, answer: str) -> Appeal:
    """Let an act stand, and tell the person why.

    Raises:
        OwnDecision: the same person acted, or appeals.
        AppealDecided: somebody was first.
    """
    with transaction.atomic():
        return claim_appeal(appeal, by=by, state=Appeal.State.REFUSED, answer=answer)


def grant_open(action: ModerationAction, *, by: User | None, answer: str) -> None:
    """Answer the appeals that an act which was taken back has left, in its step."""
    for appeal in Appeal.objects.select_for_update().filter(
        action=action, state=Appeal.State.OPEN
    ):
        appeal.state, appeal.decided_by = Appeal.State.GRANTED, by
        appeal.decided_at, appeal.answer = clock.now(), answer[:200]
        if appeal.erasure_asked_at is not None:
            appeal.text = ""
        appeal.save()
        outbox.post(TOPIC, appeal.public_id, {"appeal": appeal.public_id})


def erase_words(user: User) -> int:
    """Erase what a person said in appeals; return how many lost their words at once.

    Those against acts, about pictures and about reports. One that nobody has decided
    keeps them until then (Regulation (EU) 2016/679 Art. 17(3)).

    Locks: the appeals of each kind in key order. Safe to repeat: yes.
    """
    with transaction.atomic():
        return sum(_erase(rows) for rows in select_own_words(user))


def remind_of_due() -> int:
    """Remind staff of appeals that are due within two days; return how many wait.

    Safe to repeat: yes, each is told once.
    """
    latest = clock.now() + REMIND_BEFORE - DECIDED_WITHIN
    soon = Appeal.objects.filter(state=Appeal.State.OPEN, created_at__lte=latest)
    refs = list(soon.order_by("id").values_list("public_id", flat=True))
    with transaction.atomic():
        for ref in refs:
            outbox.post(DUE_TOPIC, ref, {"appeal": ref})
    return len(refs)


def _erase(own: "QuerySet[ErasableAppeal]") -> int:
    """Note the wish first and look then which are decided, so that none is missed."""
    list(own.select_for_update(of=("self",)).order_by("pk"))
    own.filter(erasure_asked_at=None).update(erasure_asked_at=clock.now())
    return own.exclude(state=ErasableAppeal.State.OPEN).update(text="")
