"""Invoices that we write in creators' names: numbered without a gap, never changed."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from creators.models.payouts import Payout
from creators.models.people import Creator
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


class SelfBilledInvoice(models.Model):
    """What a creator charged for a payout, or took back of it, frozen as facts (K9).

    A payout that the bank did not take is undone by a credit note: its lines come
    again with the next payout and are charged there.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Self-billed invoice")
        CREDIT_NOTE = "credit_note", _("Self-billed credit note")

    public_id = PublicIdField()
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    creator = models.ForeignKey(
        Creator, on_delete=models.PROTECT, related_name="self_billed_invoices"
    )
    number = models.PositiveIntegerField(_("number"))
    name = models.CharField(_("number as written"), max_length=40)
    payout = models.ForeignKey(
        Payout, on_delete=models.PROTECT, related_name="self_billed_invoices"
    )
    facts = models.JSONField(_("facts"))
    total_minor = models.BigIntegerField(_("total, minor units"))
    tax_minor = models.BigIntegerField(_("tax within, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    issued_at = models.DateTimeField(_("issued at"), default=clock.now)

    class Meta:
        ordering = ["-issued_at", "-id"]
        verbose_name = _("self-billed invoice")
        verbose_name_plural = _("self-billed invoices")
        constraints = [
            models.UniqueConstraint(
                fields=["creator", "kind", "number"],
                name="creators_selfbilledinvoice_number_once",
            ),
            models.UniqueConstraint(
                fields=["payout", "kind"],
                name="creators_selfbilledinvoice_once_per_payout",
            ),
            models.CheckConstraint(
                condition=Q(tax_minor__gte=0, tax_minor__lte=models.F("total_minor")),
                name="creators_selfbilledinvoice_tax_is_within",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="kept", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def total(self) -> Money:
        """What it comes to, tax included."""
        return Money(self.total_minor, self.currency)

    @property
    def tax(self) -> Money:
        """The tax within."""
        return Money(self.tax_minor, self.currency)
