"""Earlier prices that captions spoke of and the record of prices denies (D3)."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Pin
from shopfront.common import clock
from shopfront.common.money import Money


class DeniedClaim(models.Model):
    """A "was" or "worth" about a pinned product that it never cost that long.

    The pin has the last one for its card; these rows are for people who decide.
    """

    pin = models.ForeignKey(Pin, on_delete=models.CASCADE, related_name="claims")
    language = models.CharField(_("language"), max_length=10)
    from_ms = models.BigIntegerField(_("from, ms"))
    text = models.CharField(_("text"), max_length=200)
    said_minor = models.BigIntegerField(_("price said, minor units"))
    lowest_minor = models.BigIntegerField(_("lowest price of 30 days, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("price claim that the record denies")
        verbose_name_plural = _("price claims that the record denies")
        constraints = [
            models.UniqueConstraint(
                fields=["pin", "said_minor"], name="livestreams_deniedclaim_once"
            ),
            models.CheckConstraint(
                condition=models.Q(said_minor__gt=models.F("lowest_minor")),
                name="livestreams_deniedclaim_is_above",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def said_at(self) -> dt.datetime:
        """The moment of the picture at which it was said."""
        return dt.datetime.fromtimestamp(self.from_ms / 1000, tz=dt.UTC)

    @property
    def said(self) -> Money:
        """The earlier price as it was said."""
        return Money(self.said_minor, self.currency)

    @property
    def lowest(self) -> Money:
        """What the record says instead."""
        return Money(self.lowest_minor, self.currency)
