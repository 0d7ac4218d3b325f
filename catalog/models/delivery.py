"""Ways in which a brand sends its parcels to a market, each with its price (K1)."""

import pghistory
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Brand
from shopfront.common.ids import PublicIdField


@pghistory.track()
class DeliveryOption(models.Model):
    """One way to send; a brand without any sends as its market says."""

    class Kind(models.TextChoices):
        STANDARD = "standard", _("Standard delivery")
        SIGNED = "signed", _("Delivery against signature")
        EXPRESS = "express", _("Express delivery")

    public_id = PublicIdField()
    brand = models.ForeignKey(
        Brand, on_delete=models.CASCADE, related_name="delivery_options"
    )
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    kind = models.CharField(
        _("way"), max_length=10, choices=Kind, default=Kind.STANDARD
    )
    price_minor = models.PositiveIntegerField(
        _("price, minor units"),
        help_text=_("With tax, save where the market shows prices without it."),
    )
    free_from_minor = models.PositiveIntegerField(
        _("free from goods of, minor units"), null=True, blank=True
    )
    days_least = models.PositiveSmallIntegerField(_("working days, at least"))
    days_most = models.PositiveSmallIntegerField(_("working days, at most"))
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("The first is chosen unless told.")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["position", "price_minor", "id"]
        verbose_name = _("way of delivery")
        verbose_name_plural = _("ways of delivery")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "market", "kind"],
                name="catalog_deliveryoption_once_per_way",
            ),
            models.CheckConstraint(
                condition=models.Q(days_least__lte=models.F("days_most")),
                name="catalog_deliveryoption_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand}, {self.market_id}: {self.get_kind_display()}"


def describe_days(least: int, most: int) -> str:
    """Say how long a delivery takes."""
    if least == most == 1:
        return gettext("next working day")
    if least == most:
        return gettext("%(days)d working days") % {"days": most}
    facts = {"least": least, "most": most}
    return gettext("%(least)d to %(most)d working days") % facts
