"""Samples that creators ask for, and products they chose for their page."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Brand, Product
from creators.models import Creator
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


@pghistory.track()
class SampleCriteria(models.Model):
    """Whom a brand sends samples to; without a row it sends none."""

    brand = models.OneToOneField(
        Brand, on_delete=models.CASCADE, related_name="sample_criteria"
    )
    least_shows = models.PositiveSmallIntegerField(_("shows that sold"), default=0)
    least_followers = models.PositiveIntegerField(_("followers"), default=0)
    needs_agreement = models.BooleanField(
        _("an agreement with the brand"), default=True
    )
    most_open = models.PositiveSmallIntegerField(_("samples on the way"), default=3)

    class Meta:
        verbose_name = _("criteria for samples")
        verbose_name_plural = _("criteria for samples")

    def __str__(self) -> str:
        return str(self.brand)


@pghistory.track(exclude=["sealed_address"])
class SampleRequest(models.Model):
    """A creator asks for one piece of a product to try before showing it (P5)."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked for")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        SENT = "sent", _("On its way")
        IN_HAND = "in_hand", _("In hand")
        CANCELLED = "cancelled", _("Not wanted any more")

    public_id = PublicIdField()
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="sample_requests"
    )
    creator = models.ForeignKey(
        Creator, on_delete=models.PROTECT, related_name="sample_requests"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.ASKED
    )
    note = models.TextField(_("the creator's words"), blank=True)
    answer = models.CharField(_("the brand's words"), max_length=200, blank=True)
    sealed_address = models.TextField(editable=False)
    carrier = models.CharField(_("carrier"), max_length=40, blank=True)
    tracking = models.CharField(_("tracking number"), max_length=60, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    in_hand_at = models.DateTimeField(_("in hand since"), null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "creator"],
                condition=Q(state__in=["asked", "approved", "sent", "in_hand"]),
                name="catalog_samplerequest_one_per_product",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_hand") | Q(in_hand_at__isnull=False),
                name="catalog_samplerequest_in_hand_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.state}"


class ShowcaseItem(models.Model):
    """A product that a creator chose for their public page."""

    creator = models.ForeignKey(
        Creator, on_delete=models.CASCADE, related_name="showcase"
    )
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="showcases"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("product of a showcase")
        verbose_name_plural = _("products of a showcase")
        constraints = [
            models.UniqueConstraint(
                fields=["creator", "product"], name="catalog_showcaseitem_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.creator}: {self.product}"
