"""Invoices that we write in creators' names: numbered without a gap, never changed."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from creators.models.documents import NumberedDocument
from creators.models.payouts import Payout
from creators.models.people import Creator


class SelfBilledInvoice(NumberedDocument):
    """What a creator charged for a payout, or took back of it, frozen as facts (K9).

    A payout that the bank did not take is undone by a credit note: its lines come
    again with the next payout and are charged there.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Self-billed invoice")
        CREDIT_NOTE = "credit_note", _("Self-billed credit note")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    creator = models.ForeignKey(
        Creator, on_delete=models.PROTECT, related_name="self_billed_invoices"
    )
    payout = models.ForeignKey(
        Payout, on_delete=models.PROTECT, related_name="self_billed_invoices"
    )

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
