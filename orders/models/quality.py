"""What came back and was complained about of a product, counted by a job (P6)."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ProductQuality(models.Model):
    """The lines of a product that a market bought within a window, and their fate.

    Refusals of hosts are not among the facts, and cannot be.
    """

    WINDOW = dt.timedelta(days=90)

    product = models.ForeignKey(
        "catalog.Product", on_delete=models.CASCADE, related_name="qualities"
    )
    market = models.ForeignKey("shopfront.Market", on_delete=models.CASCADE)
    sold_count = models.PositiveIntegerField(_("lines sold"))
    returned_count = models.PositiveIntegerField(_("of these came back"))
    complained_count = models.PositiveIntegerField(_("of these with a case"))
    counted_from = models.DateTimeField(_("sold from"))
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        ordering = ["product", "market"]
        verbose_name = _("quality of a product")
        verbose_name_plural = _("quality of products")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "market"], name="orders_productquality_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    sold_count__gte=1,
                    returned_count__lte=F("sold_count"),
                    complained_count__lte=F("sold_count"),
                ),
                name="orders_productquality_parts_of_sold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.market_id}"
