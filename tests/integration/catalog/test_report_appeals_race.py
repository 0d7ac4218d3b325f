"""Appeals of reporters at once: one appeal, one answer, one decision of the case."""

import threading
from typing import Any

import pytest

from catalog.errors.reported_goods import GoodsAppealDecided, ReportAppealedBefore
from catalog.models import Product, ProductReport, ReportAppeal, ReportedProduct
from catalog.services import report_appeals
from catalog.services.product_decisions import clear_reported
from catalog.services.report_appeals import (
    appeal_report,
    grant_report_appeal,
    refuse_report_appeal,
)
from shopfront.common import clock
from shopfront.common.errors import DomainError
from shopfront.models import Audit, User
from tests.factories import make_user, make_variant
from tests.integration.catalog.test_product_reports_race import LAW, at_once, report

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ANSWERS = ("catalog.reported_product_withdrawn", "catalog.refuse_report_appeal")


@pytest.fixture
def told_no() -> ProductReport:
    """Have a report answered with no."""
    taken = report(make_variant().product, make_user())
    clear_reported(taken.case, by=make_user(), reason="It does not")
    return ProductReport.objects.get(pk=taken.pk)


def answer_twice(appeal: ReportAppeal) -> list[DomainError | None]:
    """Let two of the staff answer differently, both having read an open appeal."""
    read = [ReportAppeal.objects.get(pk=appeal.pk) for _ in range(2)]
    people = [make_user(), make_user()]
    return at_once(
        lambda: grant_report_appeal(read[0], ground=LAW, by=people[0], answer="Hot"),
        lambda: refuse_report_appeal(read[1], by=people[1], answer="Cold"),
    )


def test_of_two_answers_to_an_appeal_one_stands(told_no: ProductReport) -> None:
    appeal = appeal_report(told_no, text="It burns.")
    refused = answer_twice(appeal)
    assert [type(one) for one in refused if one] == [GoodsAppealDecided]
    appeal.refresh_from_db()
    product = Product.objects.get()
    is_granted = appeal.state == "granted"
    assert (product.state == Product.State.WITHDRAWN) == is_granted
    assert Audit.objects.filter(action__in=ANSWERS).count() == 1


def test_the_control_without_the_claim_both_answers_are_given(
    told_no: ProductReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet = threading.Barrier(2)

    def read_only(
        appeal: ReportAppeal, state: str, *, by: User, answer: str
    ) -> ReportedProduct:
        assert ReportAppeal.objects.get(pk=appeal.pk).state == "open"
        case = ReportedProduct.objects.get(pk=appeal.report.case_id)
        meet.wait(timeout=30)
        facts: dict[str, Any] = {"decided_by": by, "decided_at": clock.now()}
        rows = ReportAppeal.objects.filter(pk=appeal.pk)
        rows.update(state=state, answer=answer, **facts)
        return case

    monkeypatch.setattr(report_appeals, "_claim", read_only)
    assert answer_twice(appeal_report(told_no, text="It burns.")) == [None, None]
    assert Audit.objects.filter(action__in=ANSWERS).count() == 2


def test_of_two_appeals_at_once_one_is_taken(told_no: ProductReport) -> None:
    read = [ProductReport.objects.get(pk=told_no.pk) for _ in range(3)]
    refused = at_once(
        *(lambda one=one: appeal_report(one, text="It burns.") for one in read)
    )
    kinds = sorted(str(type(one).__name__) for one in refused if one)
    assert kinds == [ReportAppealedBefore.__name__] * 2
    assert ReportAppeal.objects.count() == 1


def test_two_granted_appeals_of_one_case_withdraw_it_once(
    told_no: ProductReport,
) -> None:
    other = ProductReport.objects.create(
        case=told_no.case, holder="other", language="en-gb", reason="other"
    )
    appeals = [appeal_report(one, text="It burns.") for one in (told_no, other)]
    people = [make_user(), make_user()]
    refused = at_once(
        *(
            lambda one=one, by=by: grant_report_appeal(
                one, ground=LAW, by=by, answer="Hot"
            )
            for one, by in zip(appeals, people, strict=True)
        )
    )
    assert [type(one) for one in refused if one] == [GoodsAppealDecided]
    states = set(ReportAppeal.objects.values_list("state", flat=True))
    assert states == {"granted"}
    assert Audit.objects.filter(action=ANSWERS[0]).count() == 1
