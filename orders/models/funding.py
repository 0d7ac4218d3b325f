"""Card payments for guarantees of shows: the exact request, and what is lost (E1)."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from creators.models import Guarantee
from orders.models.disputes import TakenBack
from orders.models.payments import Attempt


@pghistory.track()
class FundingPayment(Attempt):
    """One attempt of a brand to pay a guarantee in."""

    guarantee = models.ForeignKey(
        Guarantee, on_delete=models.PROTECT, related_name="card_payments"
    )

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
