"""The said-on-air record: where in a show an order line was bought (B8)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream, Pin
from shopfront.common import clock


class SaidOnAir(models.Model):
    """What was on screen, in words too, when a line was tapped; never changed.

    The price that was shown is the line's own price version.
    """

    line = models.OneToOneField(
        "orders.OrderLine", on_delete=models.PROTECT, related_name="said_on_air"
    )
    livestream = models.ForeignKey(
        Livestream, on_delete=models.PROTECT, related_name="+"
    )
    surface = models.CharField(_("tapped on"), max_length=10)
    pin = models.ForeignKey(
        Pin, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    offer = models.ForeignKey(
        "catalog.Offer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    tapped_at = models.DateTimeField(_("tapped at"))
    media_time = models.DateTimeField(
        _("moment in the picture"),
        null=True,
        blank=True,
        help_text=_("When the product came on screen, or of a tap while on air."),
    )
    words = models.TextField(_("said"), blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("said-on-air record")
        verbose_name_plural = _("said-on-air records")

    def __str__(self) -> str:
        return f"{self.livestream} {self.line}"
