"""Products that a host refuses to show; nothing but the show itself reads them (P5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Product
from creators.models import Creator
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class Veto(models.Model):
    """One product that a host will not show in one show, and why.

    Shows live in a higher app, so one is named by its public id.
    """

    class Reason(models.TextChoices):
        QUALITY = "quality", _("The quality is not good enough")
        SAFETY = "safety", _("It may not be safe")
        CLAIMS = "claims", _("What I should say of it is not true")
        SAMPLE = "sample", _("I could not try it first")
        VALUES = "values", _("It does not suit me")
        OTHER = "other", _("Another reason")

    public_id = PublicIdField()
    creator = models.ForeignKey(
        Creator, on_delete=models.PROTECT, related_name="vetoes"
    )
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="vetoes"
    )
    show_ref = models.CharField(_("show"), max_length=16, db_index=True)
    show_title = models.CharField(_("show's title"), max_length=120)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    words = models.CharField(_("in their words"), max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("refused at"), default=clock.now)
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("refused product")
        verbose_name_plural = _("refused products")
        constraints = [
            models.UniqueConstraint(
                fields=["show_ref", "product"],
                condition=Q(taken_back_at=None),
                name="catalog_veto_one_per_show",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.get_reason_display()}"
