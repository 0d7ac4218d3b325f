"""What a creator earned, order line by order line."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from creators.models.agreements import Agreement
from creators.models.ledger import LedgerTransaction
from creators.models.people import Creator
from creators.models.tracking import track_sets
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


@track_sets
class Commission(models.Model):
    """Commission of one order line for one creator (E3).

    Lines live in a higher app, so a line is named by its public id.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        SETTLED = "settled", _("Settled")
        REVERSED = "reversed", _("Reversed")

    public_id = PublicIdField()
    creator = models.ForeignKey(
        Creator, on_delete=models.PROTECT, related_name="commissions"
    )
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT)
    line_ref = models.CharField(_("order line"), max_length=16)
    show_ref = models.CharField(_("show"), max_length=16, blank=True, db_index=True)
    title = models.CharField(_("what was sold"), max_length=200)
    base_minor = models.BigIntegerField(_("base, minor units"))
    rate_bps = models.PositiveIntegerField(_("rate, basis points"))
    amount_minor = models.BigIntegerField(_("amount, minor units"))
    reversed_minor = models.BigIntegerField(_("reversed, minor units"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PENDING
    )
    rule_version = models.CharField(_("rule version"), max_length=30)
    posting = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT)
    settlement = models.ForeignKey(
        LedgerTransaction,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="settled_commissions",
    )
    sold_at = models.DateTimeField(_("sold at"), default=clock.now)
    settles_at = models.DateTimeField(_("settles at"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        ordering = ["-sold_at"]
        verbose_name = _("commission")
        verbose_name_plural = _("commissions")
        constraints = [
            models.UniqueConstraint(
                fields=["line_ref", "creator"], name="creators_commission_once_per_line"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    reversed_minor__gte=0, reversed_minor__lte=models.F("amount_minor")
                ),
                name="creators_commission_reversed_at_most_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["creator", "-sold_at"], name="creators_commission_newest"
            ),
            models.Index(
                fields=["creator", "settles_at"],
                condition=models.Q(state="pending"),
                name="creators_commission_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.creator} {self.amount}"

    @property
    def amount(self) -> Money:
        """What the creator earns from the line."""
        return Money(self.amount_minor, self.currency)

    @property
    def reversed(self) -> Money:
        """What refunds took back."""
        return Money(self.reversed_minor, self.currency)

    @property
    def due(self) -> Money:
        """What is left for the creator."""
        return self.amount - self.reversed

    @property
    def base(self) -> Money:
        """Line less discount, less tax, before shipping (N2)."""
        return Money(self.base_minor, self.currency)
