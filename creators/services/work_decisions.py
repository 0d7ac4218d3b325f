"""Decisions that a rule made by itself about somebody's work, with rule and figures."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from creators.errors import DecisionClosed
from creators.models import Guarantee, WorkDecision
from shopfront.common import clock
from shopfront.models import Market, User
from shopfront.services import audit

DECIDED_WITHIN = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a decision is about, in which show, and about which product."""

    user: User
    market: Market
    show_ref: str = ""
    title: str = ""
    product_ref: str = ""


def about_show(guarantee: Guarantee, user: User, market: Market) -> Subject:
    """Return whom a decision about the pay of a show is about."""
    return Subject(
        user=user,
        market=market,
        show_ref=guarantee.show_ref,
        title=guarantee.title,
    )


def keep_decision(
    subject: Subject,
    kind: WorkDecision.Kind,
    *,
    key: str,
    limit: WorkDecision.Limit,
    rule_version: str,
    figures: Mapping[str, object],
) -> WorkDecision:
    """Keep what a rule decided, with its figures; the person reads it in the portal.

    Safe to repeat: yes, a key is decided once.
    """
    row = WorkDecision(
        user=subject.user,
        market=subject.market,
        kind=kind,
        key=key,
        limit=limit,
        show_ref=subject.show_ref,
        title=subject.title,
        product_ref=subject.product_ref,
        rule_version=rule_version,
        figures=dict(figures),
    )
    WorkDecision.objects.bulk_create([row], ignore_conflicts=True)
    return WorkDecision.objects.get(key=key)


def ask_human(decision: WorkDecision, *, why: str) -> WorkDecision:
    """Ask for a human to decide anew, within seven days.

    Raises:
        DecisionClosed: a human was asked before.
    """
    now = clock.now()
    with transaction.atomic():
        changed = WorkDecision.objects.filter(pk=decision.pk, asked_at=None).update(
            asked_at=now, asked_why=why.strip()[:500], due_at=now + DECIDED_WITHIN
        )
        if not changed:
            raise DecisionClosed
        record_act("creators.ask_human", decision, decision.user, why)
    decision.refresh_from_db()
    return decision


def record_act(action: str, decision: WorkDecision, by: User, reason: str) -> None:
    """Leave an audit row of an act on a decision, in the open transaction."""
    audit.record(
        action,
        actor=by,
        subject_kind="workdecision",
        subject_ref=decision.public_id,
        reason=reason.strip()[:200],
    )
