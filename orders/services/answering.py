"""Answers to banks that ask money back: stored word for word, sent once, recorded."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from orders.errors import DisputeClosed
from orders.gateways import DisputeFacts, DisputeState, Evidence, Gateway
from orders.models import TakenBack
from shopfront.common import clock
from shopfront.models import User
from shopfront.services import audit

Row = TypeVar("Row", bound=TakenBack)
Gather = Callable[[Row, str], Evidence]


def send_evidence(
    row: Row, *, gateway: Gateway, gather: Gather[Row], by: User, note: str
) -> DisputeFacts:
    """Send a bank what `gather` tells with a note of the staff; return what it says.

    The exact words are stored before they are sent. After a lost answer the stored
    words are sent again, whatever the new note says.

    Raises:
        DisputeClosed: it was answered or decided before.
        GatewayUnreachable: no answer came; try again.

    Safe to repeat: yes.
    """
    evidence = _store_evidence(row, gather, by=by, note=note)
    key = f"{row.public_id}-answer"
    return gateway.answer_dispute(row.provider_ref, evidence, key=key)


def give_in(row: TakenBack, *, gateway: Gateway, by: User, reason: str) -> DisputeFacts:
    """Let a bank keep what it took; return what it says.

    Raises:
        GatewayUnreachable: no answer came; try again.

    Safe to repeat: yes.
    """
    facts = gateway.accept_dispute(row.provider_ref)
    if facts.state == DisputeState.LOST:
        with transaction.atomic():
            _record("orders.accept_dispute", row, by, reason)
    return facts


def _store_evidence(row: Row, gather: Gather[Row], *, by: User, note: str) -> Evidence:
    with transaction.atomic():
        rows = type(row)._default_manager.select_for_update()
        locked = rows.get(pk=row.pk)
        if locked.evidence:
            return Evidence(**locked.evidence)
        if locked.state != TakenBack.State.OPEN:
            raise DisputeClosed
        evidence = gather(locked, note)
        locked.evidence = evidence.as_json()
        locked.answered_at = clock.now()
        locked.save(update_fields=["evidence", "answered_at"])
        _record("orders.answer_dispute", row, by, note)
    return evidence


def _record(action: str, row: TakenBack, by: User, reason: str) -> None:
    audit.record(
        action,
        actor=by,
        subject_kind=row._meta.model_name or "",
        subject_ref=row.public_id,
        reason=reason[:500],
    )
