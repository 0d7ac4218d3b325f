"""Codes open to all: they lower the price that a later reduction is measured from."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Brand
from shopfront.common.money import take_share


class CodeTerms(models.Model):
    """What a code takes off in one market, from goods of one brand or of all."""

    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    brand = models.ForeignKey(
        Brand,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: goods of every brand."),
    )
    percent_bps = models.PositiveIntegerField(
        _("off, basis points"), null=True, blank=True
    )
    amount_minor = models.PositiveBigIntegerField(
        _("off, minor units"), null=True, blank=True
    )
    minimum_minor = models.PositiveBigIntegerField(
        _("least worth of goods, minor units"), default=0
    )
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        abstract = True


@pghistory.track()
class PublicCode(CodeTerms):
    """What a code that anybody could use took off, and when (D3).

    Written by the app that gives out coupons; `ref` names the coupon there.
    """

    ref = models.CharField(_("coupon's public id"), max_length=16, unique=True)
    valid_from = models.DateTimeField(_("valid from"))

    class Meta:
        ordering = ["-valid_from"]
        verbose_name = _("code open to all")
        verbose_name_plural = _("codes open to all")
        indexes = [
            models.Index(fields=["market", "valid_from"], name="catalog_code_in_time"),
        ]

    def __str__(self) -> str:
        return self.ref

    def lower(self, amount_minor: int) -> int:
        """Return what one piece of an amount cost with it, in minor units.

        A percentage counts whatever the least worth is: who bought enough paid so.
        """
        if self.percent_bps is not None:
            return amount_minor - take_share(amount_minor, self.percent_bps)
        is_enough = amount_minor >= self.minimum_minor
        return amount_minor - (self.amount_minor or 0) if is_enough else amount_minor
