"""The one ledger of stock: counters, movements and timed holds."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Variant
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class Stock(models.Model):
    """Pieces of a variant: on hand, and allocated to holds and paid orders."""

    variant = models.OneToOneField(
        Variant, on_delete=models.PROTECT, related_name="stock"
    )
    on_hand = models.PositiveIntegerField(_("on hand"), default=0)
    allocated = models.PositiveIntegerField(_("allocated"), default=0)
    version = models.BigIntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(allocated__lte=models.F("on_hand")),
                name="catalog_stock_never_oversold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant}: {self.available}"

    @property
    def available(self) -> int:
        """Pieces that may still be promised."""
        return self.on_hand - self.allocated


@pghistory.track()
class StockMovement(models.Model):
    """Pieces that came or went, with the reason; `on_hand` is their sum."""

    class Reason(models.TextChoices):
        RECEIVED = "received", _("Received")
        DISPATCHED = "dispatched", _("Dispatched")
        RETURNED = "returned", _("Returned")
        COUNTED = "counted", _("Stock-take")

    public_id = PublicIdField()
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="movements"
    )
    quantity = models.IntegerField(_("quantity"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    cause_kind = models.CharField(_("cause"), max_length=30, blank=True)
    cause_ref = models.CharField(_("cause's public id"), max_length=64, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True
    )
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")

    def __str__(self) -> str:
        return f"{self.variant} {self.quantity:+d} {self.reason}"


class Reservation(models.Model):
    """A timed claim on stock: a hold, until it is paid, lapses or is released.

    Where pieces go to who pays first it only notes what is wanted, unheld, until the
    money has come; one that nobody can pay for any more has ended.
    """

    class State(models.TextChoices):
        UNHELD = "unheld", _("Not held, for who pays first")
        HELD = "held", _("Held")
        COMMITTED = "committed", _("Committed")
        LAPSED = "lapsed", _("Lapsed")
        RELEASED = "released", _("Released")
        DISPATCHED = "dispatched", _("Dispatched")

    public_id = PublicIdField()
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="reservations"
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    gone_count = models.PositiveIntegerField(
        _("gone"),
        default=0,
        db_default=0,
        help_text=_("Pieces of it that were dispatched or given up after payment."),
    )
    holder = models.CharField(_("holder"), max_length=64)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.HELD
    )
    held_at = models.DateTimeField(_("held at"), default=clock.now)
    expires_at = models.DateTimeField(_("expires at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    cause_kind = models.CharField(_("cause"), max_length=30, blank=True)
    cause_ref = models.CharField(_("cause's public id"), max_length=64, blank=True)
    limit_keys = ArrayField(
        models.CharField(max_length=64),
        verbose_name=_("counted for"),
        default=list,
        blank=True,
    )

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0),
                name="catalog_reservation_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(gone_count__lte=models.F("quantity")),
                name="catalog_reservation_gone_at_most_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state="held"),
                name="catalog_reservation_lapsing",
            ),
            models.Index(
                fields=["holder"],
                condition=models.Q(state="held"),
                name="catalog_reservation_live",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant} {self.state}"


class HoldCount(models.Model):
    """Pieces a person holds or bought of a variant, by a keyed hash (B6)."""

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE)
    key = models.CharField(_("keyed hash"), max_length=64)
    quantity = models.PositiveIntegerField(_("quantity"), default=0)
    counted_at = models.DateTimeField(_("counted at"), default=clock.now, db_index=True)

    class Meta:
        verbose_name = _("hold count")
        verbose_name_plural = _("hold counts")
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "key"], name="catalog_holdcount_one_row"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant} {self.quantity}"
