"""Invoices and credit notes: numbered per seller without a gap, never changed (K6)."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from creators.models.documents import NumberedDocument
from orders.models.orders import Order
from orders.models.payments import Refund


class InvoiceSeries(models.Model):
    """The last number that a seller's invoices or credit notes have come to."""

    brand = models.ForeignKey("catalog.Brand", on_delete=models.PROTECT)
    kind = models.CharField(_("kind"), max_length=12)
    last_number = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("series of invoices")
        verbose_name_plural = _("series of invoices")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "kind"], name="orders_invoiceseries_one_per_seller"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} {self.kind} {self.last_number}"


class Invoice(NumberedDocument):
    """What a seller charged for an order, or gave back of it, frozen as facts."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    brand = models.ForeignKey("catalog.Brand", on_delete=models.PROTECT)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="invoices")
    refund = models.OneToOneField(
        Refund,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_note",
    )
    language = models.CharField(_("language"), max_length=10)

    class Meta:
        ordering = ["issued_at", "id"]
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "kind", "number"],
                name="orders_invoice_number_once_per_seller",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(kind="invoice"),
                name="orders_invoice_one_per_order",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="invoice", refund=None)
                | models.Q(kind="credit_note", refund__isnull=False),
                name="orders_invoice_credits_a_refund",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="kept", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]
