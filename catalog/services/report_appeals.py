"""Appeals of people whose report of a product changed nothing (C7, S5).

Answered by another person than who decided (Regulation (EU) 2022/2065 Art. 20(1) and
(6)), for accounts and guests alike.
"""

from django.db import IntegrityError, transaction

from catalog.errors.reported_goods import (
    GoodsAppealDecided,
    GoodsAppealEmpty,
    GoodsAppealTooLate,
    OwnGoods,
    OwnGoodsDecision,
    ReportAppealedBefore,
    ReportNotRefused,
)
from catalog.models import ProductReport, ReportAppeal, ReportedProduct
from catalog.selectors.product_reports import is_own
from catalog.services.product_decisions import erase_asked, withdraw_after_all
from shopfront.common import clock
from shopfront.models import User
from shopfront.models.appeals import APPEALED_WITHIN, DECIDED_WITHIN, REMIND_BEFORE
from shopfront.services import audit, outbox

STAYS_TOPIC = "catalog.report_appeal_refused"
DUE_TOPIC = "catalog.report_appeal_due"
MOST_WORDS = 500

Answer = ReportAppeal.State


def appeal_report(report: ProductReport, *, text: str) -> ReportAppeal:
    """Ask for who reported a product that somebody else looks at it again.

    Raises:
        GoodsAppealEmpty: not a word was said.
        ReportNotRefused: it is not decided yet, or the product went.
        GoodsAppealTooLate: that was decided more than six months ago.
        ReportAppealedBefore: this report was appealed for already.

    Locks: the case's row.
    """
    said = " ".join(text.replace("\x00", "").split())[:MOST_WORDS]
    if not said:
        raise GoodsAppealEmpty
    try:
        with transaction.atomic():
            case = _lock_case(report)
            if case.state != ReportedProduct.State.FINE or case.decided_at is None:
                raise ReportNotRefused
            if clock.now() >= case.decided_at + APPEALED_WITHIN:
                raise GoodsAppealTooLate
            return ReportAppeal.objects.create(report=report, text=said)
    except IntegrityError as error:
        raise ReportAppealedBefore from error


def grant_report_appeal(
    appeal: ReportAppeal, *, ground: str, by: User, answer: str
) -> None:
    """Withdraw the product after all, and tell who is concerned.

    Args:
        appeal: what a reporter said.
        ground: one of `ReportedProduct.Ground`.
        by: who decides.
        answer: why, for the brand and for all who reported.

    Raises:
        OwnGoodsDecision: the same person decided, or appeals.
        OwnGoods: nobody decides about products of their own brand.
        GoodsAppealDecided: somebody was first.

    Locks: the case's row, then the appeal's, then the product's.
    """
    with transaction.atomic():
        case = _claim(appeal, Answer.GRANTED, by=by, answer=answer)
        withdraw_after_all(case, ground=ground, by=by, reason=answer)


def refuse_report_appeal(appeal: ReportAppeal, *, by: User, answer: str) -> None:
    """Let a product stay on sale, and tell who appealed why.

    Raises:
        OwnGoodsDecision: the same person decided, or appeals.
        OwnGoods: nobody decides about products of their own brand.
        GoodsAppealDecided: somebody was first.

    Locks: the case's row, then the appeal's.
    """
    with transaction.atomic():
        case = _claim(appeal, Answer.REFUSED, by=by, answer=answer)
        erase_asked(case)
        outbox.post(STAYS_TOPIC, appeal.public_id, {"appeal": appeal.public_id})
        audit.record(
            "catalog.refuse_report_appeal",
            actor=by,
            subject_kind="reported_product",
            subject_ref=case.public_id,
            reason=answer,
        )


def remind_of_due() -> int:
    """Remind staff of appeals that are due within two days; return how many wait.

    Safe to repeat: yes, each is told once.
    """
    latest = clock.now() + REMIND_BEFORE - DECIDED_WITHIN
    soon = ReportAppeal.objects.filter(state=Answer.OPEN, created_at__lte=latest)
    refs = list(soon.order_by("id").values_list("public_id", flat=True))
    with transaction.atomic():
        for ref in refs:
            outbox.post(DUE_TOPIC, ref, {"appeal": ref})
    return len(refs)


def _claim(
    appeal: ReportAppeal, state: ReportAppeal.State, *, by: User, answer: str
) -> ReportedProduct:
    """Answer an appeal in the open transaction, once; return its locked case."""
    case = _lock_case(appeal.report)
    answered = ReportAppeal.objects.filter(pk=appeal.pk, state=Answer.OPEN).update(
        state=state, decided_by=by, decided_at=clock.now(), answer=answer[:200]
    )
    if not answered:
        raise GoodsAppealDecided
    if by.pk in {case.decided_by_id, appeal.report.reporter_id}:
        raise OwnGoodsDecision
    if is_own(case, by):
        raise OwnGoods
    return case


def _lock_case(report: ProductReport) -> ReportedProduct:
    return ReportedProduct.objects.select_for_update(no_key=True).get(pk=report.case_id)
