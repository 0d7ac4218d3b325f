"""Cards that a gateway keeps for a shopper, and payments that banks take back."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.payments import Payment
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


@pghistory.track()
class PaymentMethod(models.Model):
    """A card that a shopper asked to keep: the gateway's tokens, never a number."""

    public_id = PublicIdField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="payment_methods",
    )
    gateway = models.CharField(_("gateway"), max_length=20)
    customer_ref = models.CharField(_("provider's customer"), max_length=80)
    provider_ref = models.CharField(_("provider's id"), max_length=80)
    brand = models.CharField(_("brand"), max_length=30)
    last4 = models.CharField(_("last digits"), max_length=4)
    expires_month = models.PositiveSmallIntegerField(_("expires in month"))
    expires_year = models.PositiveSmallIntegerField(_("expires in year"))
    consented_at = models.DateTimeField(
        _("asked for at"), help_text=_("When the shopper ticked that it be kept.")
    )
    forgotten_at = models.DateTimeField(_("forgotten at"), null=True, blank=True)

    class Meta:
        ordering = ["-consented_at"]
        verbose_name = _("kept card")
        verbose_name_plural = _("kept cards")
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "provider_ref"], name="orders_paymentmethod_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} {self.last4}"


class TakenBack(models.Model):
    """Money of a payment that a bank asks back: what it says, what it is answered."""

    class State(models.TextChoices):
        OPEN = "open", _("Needs an answer")
        ANSWERED = "answered", _("With the bank")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    public_id = PublicIdField()
    provider_ref = models.CharField(_("provider's id"), max_length=80, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    reason = models.CharField(_("the bank's reason"), max_length=60, blank=True)
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    opened_at = models.DateTimeField(_("opened at"), default=clock.now)
    due_at = models.DateTimeField(_("answer due at"), null=True, blank=True)
    evidence = models.JSONField(
        _("evidence"), default=dict, help_text=_("Word for word as it was sent.")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def amount(self) -> Money:
        """What the bank asks back."""
        return Money(self.amount_minor, self.currency)

    @property
    def is_final(self) -> bool:
        """Whether the bank has decided."""
        return self.state in {self.State.WON, self.State.LOST}


@pghistory.track()
class Dispute(TakenBack):
    """A chargeback: the shopper's bank asks for the money of a payment back."""

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="disputes"
    )

    class Meta:
        ordering = ["due_at", "opened_at"]
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0),
                name="orders_dispute_positive",
            ),
        ]
