"""Reported products: whose they are, what was decided, who reported them."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from catalog.access import select_own_reported
from catalog.models import (
    Product,
    ProductAppeal,
    ProductReport,
    ReportAppeal,
    ReportedProduct,
    ReportReason,
)
from shopfront.models import Audit, User

MOST_SHOWN = 30
State = ReportedProduct.State


@dataclass(frozen=True, slots=True)
class ReportWork:
    """What waits for staff."""

    cases: int
    urgent: int
    appeals: int
    """Of brands."""
    report_appeals: int
    """Of people who reported."""


def count_report_work() -> ReportWork:
    """Count the cases and appeals that wait; three queries."""
    open_ones = ReportedProduct.objects.filter(state=State.OPEN)
    counts = open_ones.aggregate(
        cases=Count("pk"), urgent=Count("pk", filter=Q(is_urgent=True))
    )
    appeals = ProductAppeal.objects.filter(state=ProductAppeal.State.OPEN)
    of_reports = ReportAppeal.objects.filter(state=ReportAppeal.State.OPEN)
    return ReportWork(
        **counts, appeals=appeals.count(), report_appeals=of_reports.count()
    )


def count_reasons(rows: "QuerySet[ReportedProduct]") -> "QuerySet[ReportedProduct]":
    """Return cases with their number of reports for each reason, `count_<reason>`."""
    counts = {
        f"count_{reason}": Count("reports", filter=Q(reports__reason=reason))
        for reason in ReportReason.values
    }
    return rows.annotate(**counts)


def is_own(case: ReportedProduct, user: User) -> bool:
    """Whether a person acts for the brand of a reported product; one query."""
    return select_own_reported(user).filter(pk=case.pk).exists()


def list_members(case: ReportedProduct) -> list[User]:
    """List who acts for the brand of a reported product; one query."""
    rows = User.objects.filter(is_active=True)
    about = rows.filter(brand_memberships__brand__products=case.product_id)
    return list(about.order_by("pk"))


def list_own_goods(user: User) -> list[ReportedProduct]:
    """List what was decided about products of a person's brands, newest first.

    One query. What was found fine without more was never their matter.
    """
    told = Q(state=State.WITHDRAWN) | Q(appeal__isnull=False)
    rows = select_own_reported(user).filter(told)
    related = ("product__brand", "appeal", "decided_by")
    return list(rows.select_related(*related)[:MOST_SHOWN])


def list_own_product_reports(user: User) -> list[ProductReport]:
    """List the products that a person reported, the newest first; one query."""
    rows = ProductReport.objects.filter(reporter=user)
    return list(rows.select_related("appeal", "case__product")[:MOST_SHOWN])


def describe_own_reports(user: User) -> list[dict[str, str]]:
    """Return what a person reported of products as plain facts; one query."""
    rows = ProductReport.objects.filter(reporter=user).order_by("pk")
    return [
        {
            "id": row.public_id,
            "product": row.case.product.title,
            "at": row.created_at.isoformat(),
            "reason": row.reason,
            "text": row.words,
            "state": row.case.state,
            "answer": row.case.answer,
            **_describe_appeal(row),
            "erasure_asked_at": (
                row.erasure_asked_at.isoformat() if row.erasure_asked_at else ""
            ),
        }
        for row in rows.select_related("appeal", "case__product")
    ]


def count_own_words(user: User) -> int:
    """Count the reports of products in which a person's sentence is kept."""
    return select_own_words(user).count()


def select_own_words(user: User) -> "QuerySet[ProductReport]":
    """Return the reports in which, or in whose appeal, a person's sentence is kept."""
    has_words = ~Q(words="") | Q(appeal__text__gt="")
    return ProductReport.objects.filter(has_words, reporter=user)


def was_decided_since(product: Product, moment: dt.datetime) -> bool:
    """Whether somebody put a product on sale or off it after a moment."""
    return Audit.objects.filter(
        subject_kind="product",
        subject_ref=product.public_id,
        action__in=[f"catalog.product_{state}" for state in Product.State.values],
        at__gt=moment,
    ).exists()


def _describe_appeal(report: ProductReport) -> dict[str, str]:
    """Return what a reporter said against an answer, and what came of it."""
    appeal: ReportAppeal | None = getattr(report, "appeal", None)
    return {
        "appeal": appeal.text if appeal else "",
        "appeal_state": appeal.state if appeal else "",
        "appeal_answer": appeal.answer if appeal else "",
    }
