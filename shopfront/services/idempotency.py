"""Idempotency: one attempt, one effect, the same answer again."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.errors import Conflict
from shopfront.models import IdempotencyKey

LEASE = dt.timedelta(seconds=60)


class AttemptInFlight(Conflict):
    """The same attempt is still being worked on."""

    code = "shopfront.attempt_in_flight"
    default_message = _("We are still working on this. Please wait a moment.")


class KeyReused(Conflict):
    """The key was used before for something else."""

    code = "shopfront.key_reused"
    default_message = _("This form was already used for something else.")


def run_once(
    *,
    actor: str,
    operation: str,
    key: str,
    request: Mapping[str, Any],
    act: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """Run an act once per (actor, operation, key) and store its answer as JSON.

    An act that raises leaves the key free, so that the person can try again. An
    attempt without an answer after a minute was killed and may be made anew: an act
    must itself be safe to repeat where that matters.

    Raises:
        AttemptInFlight: the first attempt has no answer yet.
        KeyReused: the request differs from the one first sent.

    Safe to repeat: yes, that is its purpose.
    """
    digest = hashlib.sha256(
        json.dumps(request, sort_keys=True, default=str).encode()
    ).hexdigest()
    row, is_new = IdempotencyKey.objects.get_or_create(
        actor=actor, operation=operation, key=key, defaults={"request_hash": digest}
    )
    if not is_new and not _take_over(row, digest):
        return _answer_again(row, digest)
    try:
        answer = act()
    except BaseException:
        row.delete()
        raise
    row.answer, row.finished_at = answer, clock.now()
    row.save(update_fields=["answer", "finished_at"])
    return answer


def _take_over(row: IdempotencyKey, digest: str) -> bool:
    """Take an attempt whose process was killed; one of many takers gets it."""
    began = row.created_at
    if row.answer is not None or began > clock.now() - LEASE:
        return False
    return bool(
        IdempotencyKey.objects.filter(
            pk=row.pk, request_hash=digest, answer__isnull=True, created_at=began
        ).update(created_at=clock.now())
    )


def _answer_again(row: IdempotencyKey, digest: str) -> dict[str, Any]:
    if row.request_hash != digest:
        raise KeyReused
    if row.answer is None:
        raise AttemptInFlight(extra={"retry_after": 2})
    answer: dict[str, Any] = row.answer
    return answer
