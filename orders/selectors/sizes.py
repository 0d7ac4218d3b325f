"""Which size somebody bought last and kept (B2)."""

from orders.models import OrderLine
from shopfront.models import User


def find_bought_size(user: User, chart: int) -> str:
    """Return the title of the variant that an account bought last, of one table.

    Args:
        user: whose orders.
        chart: key of a table of sizes that products share.

    What was given back did not fit, or was not wanted: it does not count.
    """
    lines = OrderLine.objects.filter(
        order__user=user,
        order__paid_at__isnull=False,
        variant__product__size_chart=chart,
        cancelled_count=0,
        returned_count=0,
    )
    sizes = lines.order_by("-order__paid_at", "-id")
    return sizes.values_list("variant__title", flat=True).first() or ""
