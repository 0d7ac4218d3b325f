"""Reports of products: taken with a receipt into one case each (C7).

Notices as Art. 16 of Regulation (EU) 2022/2065 wants them: by anybody, with a reason
and an explanation, confirmed where an address is known.
"""

from django.db import transaction
from django.db.models import Q

from catalog.errors.reported_goods import GoodsReportUnsound
from catalog.models import (
    Product,
    ProductReport,
    ReportAppeal,
    ReportedProduct,
    ReportReason,
)
from catalog.selectors.product_reports import select_own_words
from shopfront.common import clock
from shopfront.models import User
from shopfront.models.appeals import APPEALED_WITHIN, AppealFacts
from shopfront.services import outbox

TAKEN_TOPIC = "catalog.product_reported"
DANGER_TOPIC = "catalog.product_called_dangerous"
MOST_WORDS = 500
State = ReportedProduct.State
Answer = ReportAppeal.State


def report_product(
    product: Product,
    *,
    holder: str,
    reporter: User | None,
    reason: str,
    words: str,
    language: str,
    email: str = "",
) -> ProductReport:
    """Take a report of a product into its open case, or a new one.

    The first that says it is dangerous has staff told at once.

    Args:
        product: what is reported.
        holder: the account or browser that reports, as `holder_of` names it.
        reporter: the account; None for a guest.
        reason: one of `ReportReason`.
        words: what is wrong, in a sentence.
        language: of the letters to come.
        email: where a guest wants to be told; may be empty.

    Raises:
        GoodsReportUnsound: no reason was chosen, or there are no words or too many.

    Locks: the case's row. Safe to repeat: while a case is open, the same person's
    second report is the first.
    """
    said = " ".join(words.split())
    if reason not in ReportReason.values or not 0 < len(said) <= MOST_WORDS:
        raise GoodsReportUnsound
    with transaction.atomic():
        case = _lock_open_case(product)
        report, is_new = ProductReport.objects.get_or_create(
            case=case,
            holder=holder,
            defaults={
                "reporter": reporter,
                "email": "" if reporter else email,
                "language": language,
                "reason": reason,
                "words": said,
            },
        )
        if is_new:
            _note(case, report)
    return report


def erase_words(user: User) -> int:
    """Erase what a person wrote in reports of products; return how many at once.

    What they said in appeals against our answers goes too. What is not decided yet
    goes then (Regulation (EU) 2016/679 Art. 17(3)).

    Locks: the cases' rows. Safe to repeat: yes.
    """
    own = select_own_words(user)
    with transaction.atomic():
        cases = ReportedProduct.objects.filter(pk__in=own.order_by().values("case"))
        locked = list(cases.select_for_update(no_key=True).order_by("pk"))
        is_waiting = Q(case__state=State.OPEN) | Q(appeal__state=Answer.OPEN)
        waiting = list(own.filter(is_waiting).values_list("pk", flat=True))
        asked = ProductReport.objects.filter(pk__in=waiting, erasure_asked_at=None)
        asked.update(erasure_asked_at=clock.now())
        decided = own.filter(case__in=locked).exclude(pk__in=waiting)
        keys = list(decided.values_list("pk", flat=True))
        ReportAppeal.objects.filter(report__in=keys).update(text="")
        return ProductReport.objects.filter(pk__in=keys).update(words="")


def forget_guests() -> int:
    """Forget address and words of guests half a year after the last decision.

    Returns how many reports that were. Safe to repeat: yes; what an open appeal is
    about stays.
    """
    since = clock.now() - APPEALED_WITHIN
    old = ReportedProduct.objects.filter(decided_at__lte=since)
    old = old.exclude(appeal__state=AppealFacts.State.OPEN)
    rows = ProductReport.objects.filter(reporter=None, case__in=old)
    rows = rows.exclude(appeal__state=Answer.OPEN)
    rows = rows.exclude(appeal__decided_at__gt=since).exclude(words="", email="")
    with transaction.atomic():
        keys = list(rows.values_list("pk", flat=True))
        ReportAppeal.objects.filter(report__in=keys).update(text="")
        return ProductReport.objects.filter(pk__in=keys).update(words="", email="")


def _lock_open_case(product: Product) -> ReportedProduct:
    """Return the open case of a product, locked; the constraint lets one be opened."""
    rows = ReportedProduct.objects.select_for_update(no_key=True)
    while True:
        case = rows.filter(product=product, state=State.OPEN).first()
        if case is not None:
            return case
        # Somebody else's waits for its commit here, and is found in the next round.
        ReportedProduct.objects.bulk_create(
            [ReportedProduct(product=product)], ignore_conflicts=True
        )


def _note(case: ReportedProduct, report: ProductReport) -> None:
    """Write in the open transaction what follows from a new report."""
    case.reported_at = report.created_at
    if report.reason == ReportReason.DANGER and not case.is_urgent:
        case.is_urgent = True
        outbox.post(DANGER_TOPIC, case.public_id, {"report": report.public_id})
    case.save(update_fields=["reported_at", "is_urgent"])
    if report.address:
        outbox.post(TAKEN_TOPIC, report.public_id, {"report": report.public_id})
