"""Who of staff is on duty when, and what a brand wants done about its goods."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock


class DutyShift(models.Model):
    """A stretch of time in which a person answers calls for help (C11)."""

    market = models.ForeignKey(
        "shopfront.Market", on_delete=models.PROTECT, related_name="duty_shifts"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="duty_shifts",
        limit_choices_to={"is_staff": True},
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(
        _("until"), help_text=_("Set it to the beginning of another's to hand over.")
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["-starts_at"]
        verbose_name = _("shift on duty")
        verbose_name_plural = _("shifts on duty")
        indexes = [
            models.Index(fields=["market", "ends_at"], name="livestreams_shift_now"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="livestreams_dutyshift_lasts",
                violation_error_message=_("A shift ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.starts_at:%d.%m. %H:%M}"


class BrandAlertRule(models.Model):
    """What a brand wants where three shoppers open a case on its goods (C6)."""

    brand = models.OneToOneField(
        "catalog.Brand", on_delete=models.CASCADE, related_name="alert_rule"
    )
    unpins_on_cases = models.BooleanField(
        _("unpin goods after three cases"),
        default=True,
        help_text=_("It stands before what the market says, in every market."),
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["brand"]
        verbose_name = _("brand's rule about alerts")
        verbose_name_plural = _("brands' rules about alerts")

    def __str__(self) -> str:
        return f"{self.brand}: {self.unpins_on_cases}"
