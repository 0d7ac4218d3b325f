"""What invoices share, whoever writes them: a number, facts and sums, never changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


class NumberedDocument(models.Model):
    """An invoice or credit note of a series without a gap, frozen as facts."""

    public_id = PublicIdField()
    number = models.PositiveIntegerField(_("number"))
    name = models.CharField(_("number as written"), max_length=40)
    facts = models.JSONField(_("facts"))
    total_minor = models.BigIntegerField(_("total, minor units"))
    tax_minor = models.BigIntegerField(_("tax within, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    issued_at = models.DateTimeField(_("issued at"), default=clock.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def total(self) -> Money:
        """What it comes to, tax included; what goes back on a credit note."""
        return Money(self.total_minor, self.currency)

    @property
    def tax(self) -> Money:
        """The tax within."""
        return Money(self.tax_minor, self.currency)
