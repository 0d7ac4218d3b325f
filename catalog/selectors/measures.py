"""What operators watch of stock, counted over live holds only."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from catalog.models import Reservation
from shopfront.common import clock


@dataclass(frozen=True)
class HoldMeasure:
    """Live holds: how many, of how many pieces, and how many past their time."""

    holds: int
    pieces: int
    overdue: int


def measure_holds() -> HoldMeasure:
    """Count the live holds, by their own partial index."""
    facts = Reservation.objects.filter(state=Reservation.State.HELD).aggregate(
        holds=Count("id"),
        pieces=Sum("quantity", default=0),
        overdue=Count("id", filter=Q(expires_at__lt=clock.now())),
    )
    return HoldMeasure(facts["holds"], facts["pieces"], facts["overdue"])
