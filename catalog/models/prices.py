"""Prices as dated rows: every change of a public price is kept (D3)."""

import datetime as dt

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.offers import Offer, Window
from catalog.models.products import Variant
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


class PriceQuerySet(models.QuerySet["PriceVersion"]):
    """Sets of prices that several reads share."""

    def in_force(self, at: dt.datetime | None = None) -> "PriceQuerySet":
        """Prices that hold at a moment, now unless told: one per variant and market."""
        moment = at or clock.now()
        return self.filter(
            models.Q(valid_until=None) | models.Q(valid_until__gt=moment),
            valid_from__lte=moment,
        )

    def ever_in_force(self) -> "PriceQuerySet":
        """Prices without those that were taken back before they began."""
        return self.exclude(valid_until__lte=models.F("valid_from"))


class PriceVersion(models.Model):
    """The public price of a variant in a market from one moment to another.

    Only `valid_until` is ever written again, when the next version begins. A row of
    an offer has its end from the start, and the row that follows it is there too: no
    clock but the reader's moment decides which one holds.
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
    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, null=True, blank=True, related_name="prices"
    )
    prior_minor = models.BigIntegerField(
        _("prior price, minor units"),
        null=True,
        blank=True,
        help_text=_(
            "The lowest public price of the 30 days before the offer; empty where the "
            "history is shorter, and then no reduction is claimed."
        ),
    )

    objects = PriceQuerySet.as_manager()

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
            ExclusionConstraint(
                name="catalog_priceversion_no_overlap",
                expressions=[
                    ("variant", RangeOperators.EQUAL),
                    ("market", RangeOperators.EQUAL),
                    (Window("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="amount_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "variant",
                    "market",
                    "amount_minor",
                    "currency",
                    "valid_from",
                    "offer",
                    "prior_minor",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant} {self.market_id} {self.price}"

    @property
    def price(self) -> Money:
        """The price with tax."""
        return Money(self.amount_minor, self.currency)

    @property
    def prior(self) -> Money | None:
        """The price that a reduction is measured from, where one may be claimed.

        Source: Directive 98/6/EC, Article 6a; CJEU C-330/23.
        """
        if self.prior_minor is None or self.prior_minor <= self.amount_minor:
            return None
        return Money(self.prior_minor, self.currency)

    @property
    def reduction_percent(self) -> int:
        """Whole per cent off the prior price, never rounded up; 0 where none."""
        if self.prior is None:
            return 0
        return (self.prior.minor - self.amount_minor) * 100 // self.prior.minor
