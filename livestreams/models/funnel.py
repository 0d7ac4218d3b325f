"""The funnel from sight to sale: events of those who agreed, and their sums (N1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream, Pin
from shopfront.common import clock


class FunnelKind(models.TextChoices):
    """The steps of the funnel, in their order."""

    IMPRESSION = "impression", _("Seen")
    OPEN = "open", _("Opened")
    ADD = "add", _("Taken")
    CHECKOUT = "checkout", _("To the till")
    PAID = "paid", _("Paid")


class FunnelEvent(models.Model):
    """One step of somebody who agreed; the table has a partition per month.

    `visitor` is a keyed hash of person and show, so that one person's steps in two
    shows cannot be joined; `ref` makes a step that is told twice count once.
    """

    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("step"), max_length=10, choices=FunnelKind)
    livestream = models.ForeignKey(
        Livestream, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    pin = models.ForeignKey(
        Pin,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
    )
    product = models.ForeignKey(
        "catalog.Product",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    visitor = models.CharField(_("who, as a keyed hash"), max_length=32)
    ref = models.CharField(_("step's id"), max_length=40)

    class Meta:
        verbose_name = _("step of the funnel")
        verbose_name_plural = _("steps of the funnel")

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class FunnelSum(models.Model):
    """How many people took a step at a pin, or at a product beside any pin."""

    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="funnel_sums"
    )
    pin = models.ForeignKey(
        Pin, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    product = models.ForeignKey(
        "catalog.Product", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("step"), max_length=10, choices=FunnelKind)
    steps_count = models.PositiveIntegerField(_("steps"))
    people_count = models.PositiveIntegerField(_("people"))
    summed_at = models.DateTimeField(_("summed at"), default=clock.now)

    class Meta:
        verbose_name = _("sum of the funnel")
        verbose_name_plural = _("sums of the funnel")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "pin", "product", "kind"],
                nulls_distinct=False,
                name="livestreams_funnelsum_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.people_count}"
