"""The job that counts what came back and was complained about, product by product."""

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q

from orders.models import Case, OrderLine, ProductQuality
from shopfront.common import clock


def count_quality() -> int:
    """Count the lines sold within the window, per product and market.

    A line that was cancelled in whole was never sold; one that came back in part came
    back. Products of which nothing was sold in the window have no row.

    Returns how many rows there are. Set-based: three statements whatever the shop
    holds. Safe to repeat: yes.
    """
    now = clock.now()
    begins = now - ProductQuality.WINDOW
    cases = Case.objects.filter(line=OuterRef("pk"))
    sold = (
        OrderLine.objects.filter(order__paid_at__gt=begins, order__paid_at__lte=now)
        .exclude(cancelled_count=F("quantity"))
        .annotate(is_case=Exists(cases))
        .order_by()
        .values("variant__product", "order__market")
        .annotate(
            sold=Count("pk"),
            returned=Count("pk", filter=Q(returned_count__gt=0)),
            complained=Count("pk", filter=Q(is_case=True)),
        )
    )
    rows = [
        ProductQuality(
            product_id=row["variant__product"],
            market_id=row["order__market"],
            sold_count=row["sold"],
            returned_count=row["returned"],
            complained_count=row["complained"],
            counted_from=begins,
            counted_at=now,
        )
        for row in sold
    ]
    counted = ("sold_count", "returned_count", "complained_count")
    with transaction.atomic():
        ProductQuality.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["product", "market"],
            update_fields=[*counted, "counted_from", "counted_at"],
        )
        ProductQuality.objects.filter(counted_at__lt=now).delete()
    return len(rows)
