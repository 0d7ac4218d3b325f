"""Reported products: decided by a person with a reason, put back in one step (S5)."""

from django.db import transaction

from catalog.errors.reported_goods import (
    GoodsAppealDecided,
    GoodsNotWithdrawn,
    GoodsReportDecided,
    OwnGoods,
)
from catalog.models import (
    Product,
    ProductAppeal,
    ProductReport,
    ReportAppeal,
    ReportedProduct,
)
from catalog.selectors.product_reports import is_own, was_decided_since
from catalog.services.products import restore_product, withdraw_product
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.models import User
from shopfront.services import audit, outbox

TOLD_TOPIC = "catalog.product_report_decided"
WITHDRAWN_TOPIC = "catalog.reported_product_withdrawn"
BACK_TOPIC = "catalog.reported_product_put_back"

State = ReportedProduct.State
Answer = ProductAppeal.State


def withdraw_reported(
    case: ReportedProduct, *, ground: str, by: User, reason: str
) -> None:
    """Agree that a product must go: it is withdrawn from sale; tell who is concerned.

    Args:
        case: what was reported.
        ground: one of `ReportedProduct.Ground`.
        by: who decides.
        reason: why, for the brand and for who reported.

    Raises:
        OwnGoods: nobody decides about products of their own brand.
        GoodsReportDecided: somebody decided before.

    Locks: the case's row, then the product's.
    """
    with transaction.atomic():
        row = _claim(case, State.OPEN, by, GoodsReportDecided)
        _withdraw(row, ground, by, reason)


def withdraw_after_all(
    case: ReportedProduct, *, ground: str, by: User, reason: str
) -> None:
    """Withdraw a product that was let stand, because who reported it was right.

    All appeals of reporters that are open are granted by it. `withdraw_reported` says
    what else is meant.

    Raises:
        OwnGoods: nobody decides about products of their own brand.
        GoodsAppealDecided: it does not stand any more.

    Locks: the case's row, then the appeals', then the product's.
    """
    with transaction.atomic():
        row = _claim(case, State.FINE, by, GoodsAppealDecided)
        ReportAppeal.objects.filter(
            report__case=row, state=ReportAppeal.State.OPEN
        ).update(
            state=ReportAppeal.State.GRANTED,
            decided_by=by,
            decided_at=clock.now(),
            answer=reason[:200],
        )
        _withdraw(row, ground, by, reason)


def clear_reported(case: ReportedProduct, *, by: User, reason: str) -> None:
    """Find nothing wrong with a product: it stays on sale; tell who reported it.

    Raises:
        OwnGoods: nobody decides about products of their own brand.
        GoodsReportDecided: somebody decided before.

    Locks: the case's row.
    """
    with transaction.atomic():
        _decide(
            _claim(case, State.OPEN, by, GoodsReportDecided), State.FINE, by, reason
        )


def put_back(case: ReportedProduct, *, by: User, reason: str) -> None:
    """Give a product the state back that a decision took, and tell who is concerned.

    One that was off sale before stays off, and so does one that somebody decided
    about since. An open appeal is granted.

    Raises:
        OwnGoods: nobody decides about products of their own brand.
        GoodsNotWithdrawn: it was not withdrawn, or is back already.
        QuantityMissing: its shelf asks for a net quantity by now.

    Locks: the case's row, then the product's, then the appeal's.
    """
    with transaction.atomic():
        row = _claim(case, State.WITHDRAWN, by, GoodsNotWithdrawn)
        product = _lock_product(row)
        assert row.decided_at is not None
        if row.state_before and not was_decided_since(product, row.decided_at):
            state = Product.State(row.state_before)
            restore_product(product, state=state, by=by, reason=reason)
        open_one = ProductAppeal.objects.filter(case=row, state=Answer.OPEN)
        open_one.update(
            state=Answer.GRANTED,
            decided_by=by,
            decided_at=clock.now(),
            answer=reason[:200],
        )
        row.ground = row.state_before = ""
        _decide(row, State.FINE, by, reason)
        _tell_brand(BACK_TOPIC, row)


def erase_asked(case: ReportedProduct) -> None:
    """Erase what reporters of a case wrote who asked for it and wait for no answer."""
    asked = ProductReport.objects.filter(case=case, erasure_asked_at__isnull=False)
    asked = asked.exclude(appeal__state=ReportAppeal.State.OPEN)
    ReportAppeal.objects.filter(report__in=asked).update(text="")
    asked.update(words="")


def _claim(
    case: ReportedProduct, state: State, by: User, refusal: type[DomainError]
) -> ReportedProduct:
    """Lock a case that is in a state, in the open transaction; else refuse."""
    if is_own(case, by):
        raise OwnGoods
    rows = ReportedProduct.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("product").filter(pk=case.pk, state=state).first()
    if row is None:
        raise refusal
    return row


def _lock_product(case: ReportedProduct) -> Product:
    rows = Product.objects.select_for_update(no_key=True)
    return rows.get(pk=case.product_id)


def _withdraw(case: ReportedProduct, ground: str, by: User, reason: str) -> None:
    """Withdraw the product of a locked case, in the open transaction."""
    product = _lock_product(case)
    before = product.state
    is_moved = withdraw_product(product, by=by, reason=reason)
    case.ground, case.state_before = ground, before if is_moved else ""
    _decide(case, State.WITHDRAWN, by, reason)
    _tell_brand(WITHDRAWN_TOPIC, case)


def _tell_brand(topic: str, case: ReportedProduct) -> None:
    outbox.post(topic, _name(case), {"case": case.public_id})


def _name(case: ReportedProduct) -> str:
    """Return what no other decision about this case is called."""
    assert case.decided_at is not None
    return f"{case.public_id}:{case.decided_at:%Y%m%d%H%M%S%f}"


def _decide(case: ReportedProduct, state: State, by: User, reason: str) -> None:
    """Write down what was decided about a locked case; have its reporters told."""
    case.state, case.decided_by, case.answer = state, by, reason[:200]
    case.decided_at = clock.now()
    case.save()
    erase_asked(case)
    reports = ProductReport.objects.filter(case=case)
    told = [row for row in reports.select_related("reporter") if row.address]
    for report in told:
        payload = {"report": report.public_id, "state": state}
        outbox.post(TOLD_TOPIC, f"{report.public_id}:{_name(case)}", payload)
    audit.record(
        f"catalog.reported_product_{state}",
        actor=by,
        subject_kind="reported_product",
        subject_ref=case.public_id,
        reason=reason,
        facts={"product": case.product.public_id, "reports_told": len(told)},
    )
