"""Dated rules of a market about work, pay and quality (M1, E0-E2, P6)."""

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.models.markets import Market


@pghistory.track()
class MarketRule(models.Model):
    """What holds for work in a market from a day on; never edited, only followed."""

    class Holder(models.TextChoices):
        OPERATOR = "operator", _("Owed by the operator as contracting party")
        PROVIDER = "provider", _("Held by a licensed provider")

    market = models.ForeignKey(
        Market, on_delete=models.PROTECT, related_name="work_rules"
    )
    valid_from = models.DateField(_("valid from"))
    pay_floor_minor = models.PositiveIntegerField(
        _("pay floor per hour, minor units"),
        help_text=_("No agreement may pay less per hour, preparation included."),
    )
    overtime_after_minutes = models.PositiveSmallIntegerField(
        _("overtime after, minutes of a day"), default=480
    )
    overtime_premium_bps = models.PositiveIntegerField(
        _("overtime premium, basis points"), default=2500
    )
    daily_cap_minutes = models.PositiveSmallIntegerField(
        _("most work in a day, minutes"), default=600
    )
    weekly_cap_minutes = models.PositiveSmallIntegerField(
        _("most work in a week, minutes"), default=2880
    )
    extension_minutes = models.PositiveSmallIntegerField(
        _("most that a person may agree to beyond the week's cap, minutes"),
        default=0,
        help_text=_("Agreed in writing before the week; 0 where the law allows none."),
    )
    rest_minutes = models.PositiveSmallIntegerField(
        _("rest between days of work, minutes"), default=660
    )
    weekly_rest_minutes = models.PositiveSmallIntegerField(
        _("unbroken rest in a week, minutes"), default=1440
    )
    night_from = models.TimeField(_("night begins"))
    night_until = models.TimeField(_("night ends"))
    night_cap_minutes = models.PositiveSmallIntegerField(
        _("most work of a day that touches the night, minutes"), default=480
    )
    break_after_minutes = models.PositiveSmallIntegerField(
        _("break due after, minutes of work"), default=360
    )
    break_minutes = models.PositiveSmallIntegerField(_("break, minutes"))
    long_break_after_minutes = models.PositiveSmallIntegerField(
        _("longer break due after, minutes of work"), default=540
    )
    long_break_minutes = models.PositiveSmallIntegerField(_("longer break, minutes"))
    return_ceiling_bps = models.PositiveIntegerField(
        _("returns above which goods are not pinned, basis points"), default=3000
    )
    complaint_ceiling_bps = models.PositiveIntegerField(
        _("cases above which goods are not pinned, basis points"), default=500
    )
    ceiling_least_lines = models.PositiveIntegerField(
        _("lines sold before a ceiling counts"), default=20
    )
    guarantee_due_days = models.PositiveSmallIntegerField(
        _("bank days until a guarantee is paid"), default=5
    )
    guarantee_holder = models.CharField(
        _("who holds guarantees"),
        max_length=10,
        choices=Holder,
        default=Holder.OPERATOR,
    )
    source = models.TextField(_("law and reasons"), blank=True)

    class Meta:
        ordering = ["market", "-valid_from"]
        verbose_name = _("rule of work")
        verbose_name_plural = _("rules of work")
        constraints = [
            models.UniqueConstraint(
                fields=["market", "valid_from"],
                name="shopfront_marketrule_one_per_day",
            ),
            models.CheckConstraint(
                condition=Q(pay_floor_minor__gte=1),
                name="shopfront_marketrule_pays_something",
            ),
            models.CheckConstraint(
                condition=Q(
                    overtime_after_minutes__lte=F("daily_cap_minutes"),
                    night_cap_minutes__lte=F("daily_cap_minutes"),
                    daily_cap_minutes__lte=1440,
                    weekly_cap_minutes__gte=F("daily_cap_minutes"),
                    weekly_cap_minutes__lte=10_080,
                ),
                name="shopfront_marketrule_caps_fit",
            ),
            models.CheckConstraint(
                condition=Q(return_ceiling_bps__lte=10_000)
                & Q(complaint_ceiling_bps__lte=10_000),
                name="shopfront_marketrule_ceilings_are_shares",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def version(self) -> str:
        """How decisions name the rule that made them."""
        return f"work-{self.market.code}-{self.valid_from:%Y%m%d}"

    def clean(self) -> None:
        """Refuse a rule that would change what days already past were judged by."""
        known = MarketRule.objects.filter(market_id=self.market_id)
        day = vars(self).get("valid_from")  # missing where the form's field was wrong
        if day is not None and day <= clock.now().date() and known.exists():
            raise ValidationError(
                {"valid_from": _("A later rule begins tomorrow at the earliest.")}
            )
