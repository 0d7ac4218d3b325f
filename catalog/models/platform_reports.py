"""What the operator tells a tax office about its sellers, a year at a time (E8)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class PlatformReport(models.Model):
    """A report as it was made, sealed at rest: it holds tax and account numbers.

    A later one of the same year has the next number; none is changed. Once one was
    filed, only corrections and what they leave to add follow.
    """

    class Kind(models.TextChoices):
        FIRST = "first", _("Whole report")
        CORRECTION = "correction", _("Correction")
        SUPPLEMENT = "supplement", _("Sellers added by a correction")

    public_id = PublicIdField()
    market = models.ForeignKey(
        "shopfront.Market", on_delete=models.PROTECT, related_name="platform_reports"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.FIRST)
    corrects = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("corrects"),
        help_text=_("The newest report that was filed when this one was made."),
    )
    sender = models.CharField(
        _("our number at the tax office"), max_length=60, blank=True
    )
    sellers_count = models.PositiveIntegerField(_("sellers reported"))
    small_count = models.PositiveIntegerField(_("below the limits"))
    incomplete_count = models.PositiveIntegerField(_("data missing"))
    sealed_xml = models.TextField(editable=False)
    sealed_csv = models.TextField(editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty where the command made it."),
    )
    made_at = models.DateTimeField(_("made at"), default=clock.now)

    class Meta:
        ordering = ["-made_at", "-id"]
        verbose_name = _("yearly report to a tax office")
        verbose_name_plural = _("yearly reports to tax offices")
        constraints = [
            models.UniqueConstraint(
                fields=["market", "year", "number"],
                name="catalog_platformreport_number_once",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """What its files are called, without an ending."""
        return f"platform-report-{self.market.code}-{self.year}-{self.number}"

    @property
    def is_filed(self) -> bool:
        """Whether a tax office has it; read it with `filing`."""
        return hasattr(self, "filing")


class PlatformFiling(models.Model):
    """That a report was handed in, and what the tax office said to it."""

    report = models.OneToOneField(
        PlatformReport, on_delete=models.PROTECT, related_name="filing"
    )
    receipt = models.CharField(_("the office's receipt"), max_length=200)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    filed_at = models.DateTimeField(_("filed at"), default=clock.now)

    class Meta:
        ordering = ["-filed_at", "-id"]
        verbose_name = _("filing of a yearly report")
        verbose_name_plural = _("filings of yearly reports")
        triggers = [
            pgtrigger.Protect(
                name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}: {self.receipt}"
