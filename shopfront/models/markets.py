"""Markets as data: a country we serve, with its currency, tax and words."""

from zoneinfo import ZoneInfo

import pghistory
from babel import Locale
from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.units import (
    USUAL_TERMS,
    UnitTerms,
    check_unit_rules,
    read_unit_terms,
)


@pghistory.track()
class Market(models.Model):
    """A country we serve (M1). Rules that change are dated rows beside it."""

    class Stage(models.TextChoices):
        PLANNED = "planned", _("Planned")
        PILOT = "pilot", _("Pilot")
        OPEN = "open", _("Open")
        PAUSED = "paused", _("Paused")
        CLOSED = "closed", _("Closed")

    code = models.CharField(_("country code"), max_length=2, unique=True)
    name = models.CharField(_("name"), max_length=60)
    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage, default=Stage.PLANNED
    )
    currency = models.CharField(_("currency"), max_length=3)
    languages = models.JSONField(_("languages"), default=list)
    time_zone = models.CharField(_("time zone"), max_length=40)
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    partnership_label = models.CharField(
        _("paid-partnership label"),
        max_length=60,
        help_text=_(
            "Shown on every show, clip and replay (L1), in the market's words."
        ),
    )
    withdrawal_days = models.PositiveSmallIntegerField(_("withdrawal days"), default=14)
    settle_days = models.PositiveSmallIntegerField(
        _("days from sale to settlement"), default=30
    )
    platform_fee_bps = models.PositiveIntegerField(
        _("platform fee, basis points"), default=800
    )
    shipping_minor = models.PositiveIntegerField(
        _("delivery per brand, minor units"), default=0
    )

    replay_days = models.PositiveSmallIntegerField(
        _("days that a replay is kept"),
        default=90,
        help_text=_("Unless its creator publishes it; 0 keeps all."),
    )
    unpins_on_cases = models.BooleanField(
        _("unpin goods after three cases"),
        default=False,
        help_text=_(
            "Three shoppers with a case on one product within ten minutes take it "
            "off the screen; else the host and the moderators are only told."
        ),
    )

    unit_rules = models.JSONField(
        _("rules of unit prices"),
        default=list,
        blank=True,
        validators=[check_unit_rules],
        help_text=_(
            "Dated rows where prices are not compared per kilogram, litre, metre and "
            'square metre, for example [{"from": "2022-05-28", "per": {"weight": '
            '"1 kg"}, "least": {"weight": "10 g"}, "is_due": true}].'
        ),
    )

    class Meta:
        ordering = ["code"]
        verbose_name = _("market")
        verbose_name_plural = _("markets")

    def __str__(self) -> str:
        return self.name

    def name_in(self, language: str) -> str:
        """Name the country in a language of `settings.LANGUAGES`, by the CLDR."""
        names = Locale.parse(language, sep="-").territories
        return str(names.get(self.code, self.name))

    @property
    def unit_terms(self) -> UnitTerms:
        """How prices are compared today, by the market's own calendar (D3)."""
        if not self.unit_rules:
            return USUAL_TERMS
        today = clock.now().astimezone(ZoneInfo(self.time_zone)).date()
        return read_unit_terms(self.unit_rules, today)

    @property
    def is_selling(self) -> bool:
        """Whether new orders may be placed."""
        return self.stage in {self.Stage.PILOT, self.Stage.OPEN}


@pghistory.track()
class TaxRate(models.Model):
    """A VAT rate of a market and tax category, valid from a day."""

    class Category(models.TextChoices):
        STANDARD = "standard", _("Standard")
        REDUCED = "reduced", _("Reduced")
        ZERO = "zero", _("Zero")

    market = models.ForeignKey(
        Market, on_delete=models.CASCADE, related_name="tax_rates"
    )
    category = models.CharField(_("category"), max_length=10, choices=Category)
    basis_points = models.PositiveIntegerField(_("rate, basis points"))
    valid_from = models.DateField(_("valid from"))

    class Meta:
        ordering = ["market", "category", "-valid_from"]
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = [
            models.UniqueConstraint(
                fields=["market", "category", "valid_from"],
                name="shopfront_taxrate_one_per_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.market} {self.category} {self.basis_points / 100:g} %"
