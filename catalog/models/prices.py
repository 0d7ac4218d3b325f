"""Prices as dated rows: every change of a public price is kept (D3)."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Variant
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


class PriceVersion(models.Model):
    """The public price of a variant in a market from one moment to another.

    Only `valid_until` is ever written again, once, when the next version begins.
    """

    public_id = PublicIdField()
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="price_versions"
    )
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    amount_minor = models.BigIntegerField(_("price with tax, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    valid_from = models.DateTimeField(_("valid from"), default=clock.now)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        ordering = ["-valid_from"]
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "market"],
                condition=models.Q(valid_until=None),
                name="catalog_priceversion_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0),
                name="catalog_priceversion_positive",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="amount_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "variant", "market", "amount_minor", "currency", "valid_from"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant} {self.market_id} {self.price}"

    @property
    def price(self) -> Money:
        """The price with tax."""
        return Money(self.amount_minor, self.currency)
