"""Reports and decisions about one product at once: one case, one decision."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from catalog.errors.reported_goods import GoodsAppealDecided, GoodsReportDecided
from catalog.models import Product, ProductAppeal, ProductReport, ReportedProduct
from catalog.services import product_decisions
from catalog.services.product_appeals import (
    appeal_withdrawal,
    grant_product_appeal,
    refuse_product_appeal,
)
from catalog.services.product_decisions import clear_reported, withdraw_reported
from catalog.services.product_reports import report_product
from catalog.services.stock import holder_of
from shopfront.common.errors import DomainError
from shopfront.models import Audit, User
from tests.factories import make_brand_member, make_user, make_variant

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
LAW = ReportedProduct.Ground.LAW


def at_once(*acts: Callable[[], object]) -> list[DomainError | None]:
    """Do all of it at the same moment; return what each was refused with."""
    start = threading.Barrier(len(acts))
    refused: list[DomainError | None] = []

    def run(act: Callable[[], object]) -> None:
        start.wait(timeout=30)
        refusal: DomainError | None = None
        try:
            act()
        except DomainError as fault:
            refusal = fault
        finally:
            connection.close()
        refused.append(refusal)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(refused) == len(acts)
    return refused


def report(product: Product, user: User) -> ProductReport:
    return report_product(
        product,
        holder=holder_of(user, ""),
        reporter=user,
        reason="danger",
        words="It burns.",
        language="en-gb",
    )


def decide_twice(case: ReportedProduct, *people: User) -> list[DomainError | None]:
    """Let two of the staff decide differently, both having read an open case."""
    read = [ReportedProduct.objects.get(pk=case.pk) for _ in people]
    return at_once(
        lambda: withdraw_reported(read[0], ground=LAW, by=people[0], reason="It burns"),
        lambda: clear_reported(read[1], by=people[1], reason="It does not"),
    )


def test_reports_at_once_make_one_case_and_one_person_one_report() -> None:
    product = make_variant().product
    people = [make_user() for _ in range(3)]
    refused = at_once(
        *(lambda one=one: report(product, one) for one in (*people, *people))
    )
    assert refused == [None] * 6
    case = ReportedProduct.objects.get()
    assert case.reports.count() == 3
    assert case.is_urgent


def test_a_report_and_a_decision_at_once_leave_no_report_unread() -> None:
    product, staff = make_variant().product, make_user()
    people = [make_user(), make_user()]
    case = report(product, people[0]).case
    at_once(
        lambda: clear_reported(case, by=staff, reason="Fine"),
        lambda: report(product, people[1]),
    )
    late = ProductReport.objects.select_related("case").get(reporter=people[1])
    told = Audit.objects.get(action="catalog.reported_product_fine")
    assert told.facts["reports_told"] == (2 if late.case_id == case.pk else 1)
    if late.case_id != case.pk:
        assert late.case.state == ReportedProduct.State.OPEN


def test_of_two_who_decide_at_once_one_wins() -> None:
    product, first, second = make_variant().product, make_user(), make_user()
    case = report(product, make_user()).case
    refused = decide_twice(case, first, second)
    assert [type(one) for one in refused if one] == [GoodsReportDecided]
    case.refresh_from_db()
    product.refresh_from_db()
    is_gone = case.state == ReportedProduct.State.WITHDRAWN
    assert (product.state == Product.State.WITHDRAWN) == is_gone
    said = Audit.objects.filter(action__startswith="catalog.reported_product_")
    assert said.count() == 1


def test_the_control_without_the_lock_both_decide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meet = threading.Barrier(2)

    def read_only(case: ReportedProduct, state: str, *_: Any) -> ReportedProduct:
        rows: QuerySet[ReportedProduct] = ReportedProduct.objects.filter(state=state)
        row = rows.select_related("product").get(pk=case.pk)
        meet.wait(timeout=30)
        return row

    monkeypatch.setattr(product_decisions, "_claim", read_only)
    product, first, second = make_variant().product, make_user(), make_user()
    case = report(product, make_user()).case
    assert decide_twice(case, first, second) == [None, None]
    said = Audit.objects.filter(action__startswith="catalog.reported_product_")
    assert said.count() == 2


def test_of_two_answers_to_an_appeal_one_stands() -> None:
    product, staff, seller = make_variant().product, make_user(), make_user()
    make_brand_member(brand=product.brand, user=seller)
    case = report(product, make_user()).case
    withdraw_reported(case, ground=LAW, by=staff, reason="It burns")
    pk = appeal_withdrawal(case, person=seller, text="It is cold.").pk
    read = [ProductAppeal.objects.get(pk=pk) for _ in range(2)]
    people = [make_user(), make_user()]
    refused = at_once(
        lambda: grant_product_appeal(read[0], by=people[0], answer="Cold"),
        lambda: refuse_product_appeal(read[1], by=people[1], answer="Hot"),
    )
    assert [type(one) for one in refused if one] == [GoodsAppealDecided]
    product.refresh_from_db()
    is_granted = ProductAppeal.objects.get(pk=pk).state == "granted"
    assert (product.state == Product.State.ACTIVE) == is_granted
