"""Bundles: variants that a brand sells together, at a price of their own (D5)."""

import datetime as dt

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models.offers import Window
from catalog.models.products import Brand, Variant
from catalog.models.texts import Worded
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


@pghistory.track()
class Bundle(Worded):
    """Variants of one brand sold together; its parts never change.

    Who wants other parts ends it and makes another one: what stands in a cart or on
    an invoice stays what it was. Stacking: a bundle has its own price, so no coupon
    takes anything off its parts, and it rests while one of them is in an offer.
    """

    WORDS = ("title",)

    public_id = PublicIdField()
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="bundles")
    title = models.CharField(_("title"), max_length=80)
    is_active = models.BooleanField(_("on sale"), default=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("bundle")
        verbose_name_plural = _("bundles")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(title=""), name="catalog_bundle_has_title"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the bundle's public page."""
        return reverse("catalog:bundle-detail", args=[self.public_id])

    @property
    def shown_title(self) -> str:
        """The title in the reader's language."""
        return self.words("title")


class BundlePart(models.Model):
    """So many pieces of a variant in each bundle."""

    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="parts")
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="bundle_parts"
    )
    quantity = models.PositiveSmallIntegerField(_("pieces"), default=1)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("part of a bundle")
        verbose_name_plural = _("parts of bundles")
        constraints = [
            models.UniqueConstraint(
                fields=["bundle", "variant"], name="catalog_bundlepart_once"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1, quantity__lte=20),
                name="catalog_bundlepart_few",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="kept", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant}"


class BundlePriceQuerySet(models.QuerySet["BundlePrice"]):
    """Sets of bundle prices that several reads share."""

    def in_force(self, at: dt.datetime | None = None) -> "BundlePriceQuerySet":
        """Prices that hold at a moment, now unless told: one per bundle and market."""
        moment = at or clock.now()
        return self.filter(
            models.Q(valid_until=None) | models.Q(valid_until__gt=moment),
            valid_from__lte=moment,
        )


class BundlePrice(models.Model):
    """The public price of a bundle in a market from one moment to another.

    Only `valid_until` is ever written again, when the next one begins.
    """

    public_id = PublicIdField()
    bundle = models.ForeignKey(Bundle, on_delete=models.PROTECT, related_name="prices")
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    amount_minor = models.BigIntegerField(_("price with tax, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    valid_from = models.DateTimeField(_("valid from"), default=clock.now)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    objects = BundlePriceQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from"]
        verbose_name = _("price of a bundle")
        verbose_name_plural = _("prices of bundles")
        constraints = [
            models.UniqueConstraint(
                fields=["bundle", "market"],
                condition=models.Q(valid_until=None),
                name="catalog_bundleprice_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0),
                name="catalog_bundleprice_positive",
            ),
            ExclusionConstraint(
                name="catalog_bundleprice_no_overlap",
                expressions=[
                    ("bundle", RangeOperators.EQUAL),
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
                    "bundle", "market", "amount_minor", "currency", "valid_from"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle} {self.market_id} {self.price}"

    @property
    def price(self) -> Money:
        """The price with tax."""
        return Money(self.amount_minor, self.currency)
