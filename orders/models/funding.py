"""Card payments for guarantees of shows: the exact request and its state (E1)."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from creators.models import Guarantee
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


@pghistory.track()
class FundingPayment(models.Model):
    """One attempt of a brand to pay a guarantee in; states change conditionally."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        AUTHENTICATING = "authenticating", _("Needs authentication")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = PublicIdField()
    guarantee = models.ForeignKey(
        Guarantee, on_delete=models.PROTECT, related_name="card_payments"
    )
    gateway = models.CharField(_("gateway"), max_length=20)
    state = models.CharField(
        _("state"), max_length=16, choices=State, default=State.PENDING
    )
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    request = models.JSONField(_("exact request"))
    idempotency_key = models.CharField(_("key"), max_length=80, unique=True)
    provider_ref = models.CharField(
        _("provider's id"), max_length=80, blank=True, db_index=True
    )
    failure_code = models.CharField(_("failure"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    reconcile_at = models.DateTimeField(_("ask again at"), null=True, blank=True)
    reconcile_count = models.PositiveSmallIntegerField(_("asked"), default=0)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("card payment of a guarantee")
        verbose_name_plural = _("card payments of guarantees")
        constraints = [
            models.UniqueConstraint(
                fields=["guarantee"],
                condition=models.Q(state__in=["pending", "authenticating"]),
                name="orders_fundingpayment_one_undecided",
            ),
        ]
        indexes = [
            models.Index(
                fields=["reconcile_at"],
                condition=models.Q(state__in=["pending", "authenticating"]),
                name="orders_funding_to_ask",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def amount(self) -> Money:
        """What is charged."""
        return Money(self.amount_minor, self.currency)
