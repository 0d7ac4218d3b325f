"""Limits that shoppers set for their own spending, and pauses from buying (K7)."""

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock


@pghistory.track()
class SpendLimit(models.Model):
    """The most that an account may spend in a period, from a moment on."""

    class Period(models.TextChoices):
        DAY = "day", _("in 24 hours")
        WEEK = "week", _("in 7 days")
        MONTH = "month", _("in 30 days")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="spend_limits"
    )
    period = models.CharField(_("period"), max_length=5, choices=Period)
    amount_minor = models.PositiveBigIntegerField(
        _("most, minor units"),
        null=True,
        blank=True,
        help_text=_("In each currency that is paid in; empty for no limit any more."),
    )
    valid_from = models.DateTimeField(_("valid from"), default=clock.now)

    class Meta:
        ordering = ["user", "period", "-valid_from", "-id"]
        verbose_name = _("spending limit")
        verbose_name_plural = _("spending limits")

    def __str__(self) -> str:
        return f"{self.user} {self.period} {self.amount_minor}"


@pghistory.track()
class BuyingPause(models.Model):
    """Until when an account has chosen to buy nothing; it is never shortened."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="buying_pause"
    )
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("pause from buying")
        verbose_name_plural = _("pauses from buying")

    def __str__(self) -> str:
        return f"{self.user} {self.until}"
