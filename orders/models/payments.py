"""Payments of a checkout: the exact request, its state, notices, refunds."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Checkout, Order
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


class Attempt(models.Model):
    """One attempt to charge; states change by conditional updates."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        AUTHENTICATING = "authenticating", _("Needs authentication")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = PublicIdField()
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
        abstract = True

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def amount(self) -> Money:
        """What is charged."""
        return Money(self.amount_minor, self.currency)


@pghistory.track()
class Payment(Attempt):
    """One attempt to charge a checkout."""

    checkout = models.ForeignKey(
        Checkout, on_delete=models.PROTECT, related_name="payments"
    )

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(
                fields=["checkout"],
                condition=models.Q(state__in=["pending", "authenticating", "paid"]),
                name="orders_payment_one_live_per_checkout",
            ),
        ]


class PaymentNotice(models.Model):
    """A webhook of a provider, recorded once by its id, then applied."""

    gateway = models.CharField(_("gateway"), max_length=20)
    provider_id = models.CharField(_("provider's id"), max_length=80)
    body = models.JSONField(_("body"))
    received_at = models.DateTimeField(_("received at"), default=clock.now)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment notice")
        verbose_name_plural = _("payment notices")
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "provider_id"], name="orders_paymentnotice_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.provider_id}"


@pghistory.track()
class Refund(models.Model):
    """Money going back to the means of payment.

    One that came back from the bank is failed, which means: still to be paid. One of
    money that the bank took by a dispute is taken: the shopper has it from the bank.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        DONE = "done", _("Done")
        FAILED = "failed", _("Came back, to be paid")
        TAKEN = "taken", _("Paid by the bank")

    public_id = PublicIdField()
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="refunds"
    )
    order = models.ForeignKey(
        Order,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        help_text=_("Of which order; none where the goods were gone at payment."),
    )
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=60)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PENDING
    )
    idempotency_key = models.CharField(_("key"), max_length=80, unique=True)
    attempt = models.PositiveSmallIntegerField(
        _("attempt"), default=0, help_text=_("How often it was sent again.")
    )
    provider_ref = models.CharField(_("provider's id"), max_length=80, blank=True)
    failure_code = models.CharField(_("why it failed"), max_length=40, blank=True)
    failed_at = models.DateTimeField(_("failed at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    @property
    def attempt_key(self) -> str:
        """The key of this attempt at the gateway: a failed one is sent by a new."""
        return (
            f"{self.idempotency_key}-{self.attempt}"
            if self.attempt
            else (self.idempotency_key)
        )

    @property
    def message_key(self) -> str:
        """The key of this attempt's messages."""
        return f"{self.public_id}-{self.attempt}" if self.attempt else self.public_id
