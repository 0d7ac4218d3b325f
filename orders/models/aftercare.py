"""What follows a paid order: parcels on their way, goods that come back (O1, O2)."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.orders import Order, OrderLine
from orders.models.payments import Refund
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


@pghistory.track()
class Shipment(models.Model):
    """A parcel of one order; an order may go in several."""

    public_id = PublicIdField()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    carrier = models.CharField(_("carrier"), max_length=60)
    tracking = models.CharField(_("tracking number"), max_length=60, blank=True)
    tracking_url = models.URLField(_("tracking page"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent at"), default=clock.now)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    key = models.CharField(_("attempt"), max_length=60)

    class Meta:
        ordering = ["sent_at", "id"]
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        constraints = [
            models.UniqueConstraint(
                fields=["order", "key"], name="orders_shipment_once_per_attempt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking}".rstrip()


class ShipmentLine(models.Model):
    """Pieces of an order line that are in a parcel."""

    shipment = models.ForeignKey(
        Shipment, on_delete=models.PROTECT, related_name="lines"
    )
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="shipped"
    )
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("line of a shipment")
        verbose_name_plural = _("lines of shipments")
        constraints = [
            models.UniqueConstraint(
                fields=["shipment", "line"], name="orders_shipmentline_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0),
                name="orders_shipmentline_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.line.title}"


@pghistory.track()
class Return(models.Model):
    """Goods that came back from a shopper."""

    class Reason(models.TextChoices):
        WITHDRAWN = "withdrawn", _("Withdrawn from the contract")
        FAULTY = "faulty", _("Faulty")
        WRONG = "wrong", _("Not what was ordered")
        UNCLAIMED = "unclaimed", _("Never picked up")

    public_id = PublicIdField()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns")
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    received_at = models.DateTimeField(_("received at"), default=clock.now)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    key = models.CharField(_("attempt"), max_length=60)

    class Meta:
        ordering = ["received_at", "id"]
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            models.UniqueConstraint(
                fields=["order", "key"], name="orders_return_once_per_attempt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.get_reason_display()}"


class ReturnLine(models.Model):
    """Pieces of an order line that came back."""

    parcel = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="came_back"
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    is_sellable = models.BooleanField(_("can be sold again"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("line of a return")
        verbose_name_plural = _("lines of returns")
        constraints = [
            models.UniqueConstraint(
                fields=["parcel", "line"], name="orders_returnline_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="orders_returnline_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.line.title}"


class RefundLine(models.Model):
    """What a refund gives back of an order line, or of the delivery (no line)."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(
        OrderLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
    )
    quantity = models.PositiveIntegerField(
        _("quantity"),
        default=0,
        help_text=_("0 where only the price is reduced, or for the delivery."),
    )
    amount_minor = models.BigIntegerField(_("amount, minor units"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("line of a refund")
        verbose_name_plural = _("lines of refunds")
        constraints = [
            models.UniqueConstraint(
                fields=["refund", "line"],
                nulls_distinct=False,
                name="orders_refundline_once",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gte=0),
                name="orders_refundline_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor}"
