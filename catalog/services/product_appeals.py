"""Appeals of brands whose products were withdrawn after a report (S5).

Answered by another person than who decided (Regulation (EU) 2022/2065 Art. 20).
"""

from django.db import IntegrityError, transaction

from catalog.errors.reported_goods import (
    GoodsAppealDecided,
    GoodsAppealedBefore,
    GoodsAppealEmpty,
    GoodsAppealTooLate,
    GoodsNotWithdrawn,
    OwnGoods,
    OwnGoodsDecision,
)
from catalog.models import ProductAppeal, ReportedProduct
from catalog.selectors.product_reports import is_own
from catalog.services.product_decisions import put_back
from shopfront.common import clock
from shopfront.models import User
from shopfront.models.appeals import DECIDED_WITHIN, REMIND_BEFORE
from shopfront.services import audit, outbox

REFUSED_TOPIC = "catalog.product_appeal_refused"
DUE_TOPIC = "catalog.product_appeal_due"
MOST_WORDS = 500

Answer = ProductAppeal.State


def appeal_withdrawal(
    case: ReportedProduct, *, person: User, text: str
) -> ProductAppeal:
    """Ask for a brand that somebody else looks at its product again.

    Raises:
        GoodsAppealEmpty: not a word was said.
        GoodsNotWithdrawn: it was not withdrawn, or is back already.
        GoodsAppealTooLate: that was decided more than six months ago.
        GoodsAppealedBefore: somebody of the brand appealed already.

    Locks: the case's row.
    """
    said = " ".join(text.replace("\x00", "").split())[:MOST_WORDS]
    if not said:
        raise GoodsAppealEmpty
    try:
        with transaction.atomic():
            rows = ReportedProduct.objects.select_for_update(no_key=True)
            row = rows.get(pk=case.pk)
            if row.state != ReportedProduct.State.WITHDRAWN:
                raise GoodsNotWithdrawn
            if not row.can_be_appealed:
                raise GoodsAppealTooLate
            return ProductAppeal.objects.create(case=row, person=person, text=said)
    except IntegrityError as error:
        raise GoodsAppealedBefore from error


def grant_product_appeal(appeal: ProductAppeal, *, by: User, answer: str) -> None:
    """Put a product back as it was, and tell who is concerned.

    Raises:
        OwnGoodsDecision: the same person decided, or appeals.
        OwnGoods: nobody decides about products of their own brand.
        GoodsAppealDecided: somebody was first.
        QuantityMissing: its shelf asks for a net quantity by now.

    Locks: the case's row, then the appeal's, then the product's.
    """
    _require_another(appeal, by)
    with transaction.atomic():
        case = _claim(appeal, Answer.GRANTED, by=by, answer=answer)
        try:
            put_back(case, by=by, reason=answer)
        except GoodsNotWithdrawn as late:
            raise GoodsAppealDecided from late


def refuse_product_appeal(appeal: ProductAppeal, *, by: User, answer: str) -> None:
    """Let a product stay off sale, and tell who appealed why.

    Raises:
        OwnGoodsDecision: the same person decided, or appeals.
        OwnGoods: nobody decides about products of their own brand.
        GoodsAppealDecided: somebody was first.

    Locks: the case's row, then the appeal's.
    """
    _require_another(appeal, by)
    with transaction.atomic():
        case = _claim(appeal, Answer.REFUSED, by=by, answer=answer)
        outbox.post(REFUSED_TOPIC, appeal.public_id, {"appeal": appeal.public_id})
        audit.record(
            "catalog.refuse_product_appeal",
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
    soon = ProductAppeal.objects.filter(state=Answer.OPEN, created_at__lte=latest)
    refs = list(soon.order_by("id").values_list("public_id", flat=True))
    with transaction.atomic():
        for ref in refs:
            outbox.post(DUE_TOPIC, ref, {"appeal": ref})
    return len(refs)


def _claim(
    appeal: ProductAppeal, state: ProductAppeal.State, *, by: User, answer: str
) -> ReportedProduct:
    """Answer an appeal in the open transaction, once; return its locked case."""
    rows = ReportedProduct.objects.select_for_update(no_key=True)
    case = rows.get(pk=appeal.case_id)
    answered = ProductAppeal.objects.filter(pk=appeal.pk, state=Answer.OPEN).update(
        state=state, decided_by=by, decided_at=clock.now(), answer=answer[:200]
    )
    if not answered:
        raise GoodsAppealDecided
    return case


def _require_another(appeal: ProductAppeal, by: User) -> None:
    if appeal.state != Answer.OPEN:
        raise GoodsAppealDecided
    if by.pk in {appeal.case.decided_by_id, appeal.person_id}:
        raise OwnGoodsDecision
    if is_own(appeal.case, by):
        raise OwnGoods
