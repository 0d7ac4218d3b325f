"""Offers that a host prepares before a show, to be opened in it with one tap."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.money import Money


class PreparedOffer(models.Model):
    """The terms of an offer of a planned show; no price changes by it alone."""

    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="prepared_offers"
    )
    product = models.ForeignKey("catalog.Product", on_delete=models.CASCADE)
    amount_minor = models.BigIntegerField(_("price with tax, minor units"))
    minutes = models.PositiveIntegerField(_("minutes"))
    most_pieces = models.PositiveIntegerField(_("most pieces"), null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed at"), default=clock.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("prepared offer")
        verbose_name_plural = _("prepared offers")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "product"], name="livestreams_preparedoffer_once"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, minutes__gt=0),
                name="livestreams_preparedoffer_is_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.price}"

    @property
    def price(self) -> Money:
        """The price with tax."""
        return Money(self.amount_minor, self.livestream.market.currency)
