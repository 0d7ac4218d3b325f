"""The audit log: every act of staff with its reason."""

from collections.abc import Mapping
from typing import Any

from shopfront.models import Audit, User


def record(
    action: str,
    *,
    actor: User | None,
    subject_kind: str,
    subject_ref: str,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Audit:
    """Write who did what to which thing and why, in the open transaction."""
    return Audit.objects.create(
        action=action,
        actor=actor,
        subject_kind=subject_kind,
        subject_ref=subject_ref,
        reason=reason,
        facts=dict(facts or {}),
    )
