"""Card payments for guarantees of shows: the exact request, and what is lost (E1)."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from creators.models import Guarantee
from orders.models.disputes import TakenBack
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


@pghistory.track()
class FundingLoss(TakenBack):
    """Money of a guarantee's card payment that went back to the payer's card.

    The payer's bank took it, or somebody paid it back at the gateway, past us.
    """

    class Kind(models.TextChoices):
        DISPUTE = "dispute", _("Chargeback")
        REFUND = "refund", _("Paid back at the gateway")

    payment = models.ForeignKey(
        FundingPayment, on_delete=models.PROTECT, related_name="losses"
    )
    kind = models.CharField(_("how"), max_length=10, choices=Kind)
    taken_at = models.DateTimeField(
        _("out of the books at"), null=True, blank=True, help_text=_("By our clock.")
    )
    back_at = models.DateTimeField(_("in the books again at"), null=True, blank=True)

    class Meta:
        ordering = ["closed_at", "due_at", "opened_at"]
        verbose_name = _("guarantee's payment taken back")
        verbose_name_plural = _("guarantees' payments taken back")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0),
                name="orders_fundingloss_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(back_at=None) | models.Q(taken_at__isnull=False),
                name="orders_fundingloss_back_after_taken",
            ),
        ]
