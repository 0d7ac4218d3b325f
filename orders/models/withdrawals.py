"""Withdrawals: a shopper's statement, kept word for word with its moment (O2, K8)."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order, OrderLine
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class Withdrawal(models.Model):
    """A statement that a shopper withdraws from the contract about some pieces."""

    public_id = PublicIdField()
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="withdrawals"
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address for the acknowledgement"))
    key = models.CharField(_("attempt"), max_length=60)
    stated_at = models.DateTimeField(_("stated at"), default=clock.now)

    class Meta:
        ordering = ["-stated_at", "-id"]
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        constraints = [
            models.UniqueConstraint(
                fields=["order", "key"], name="orders_withdrawal_once_per_attempt"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="kept", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order}, {self.name}"

    @property
    def cancel_key(self) -> str:
        """The attempt under which what had not been sent was cancelled."""
        return f"withdraw-{self.public_id}"


class WithdrawalLine(models.Model):
    """Pieces of an order line that a shopper withdraws from."""

    withdrawal = models.ForeignKey(
        Withdrawal, on_delete=models.PROTECT, related_name="lines"
    )
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="withdrawn"
    )
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("line of a withdrawal")
        verbose_name_plural = _("lines of withdrawals")
        constraints = [
            models.UniqueConstraint(
                fields=["withdrawal", "line"], name="orders_withdrawalline_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0),
                name="orders_withdrawalline_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.line.title}"
