"""Cards that an account keeps."""

from django.db.models import QuerySet

from orders.models import PaymentMethod
from shopfront.models import User


def list_cards(user: User | None, gateway: str = "") -> "QuerySet[PaymentMethod]":
    """List the cards that an account may pay with, newest first."""
    if user is None:
        return PaymentMethod.objects.none()
    kept = PaymentMethod.objects.filter(user=user, forgotten_at=None)
    return kept.filter(gateway=gateway) if gateway else kept
