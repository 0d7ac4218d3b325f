"""Drops: limited pieces at a set moment, and how many one household may have."""

import datetime as dt

import pghistory
from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Product
from catalog.models.texts import Worded
from shopfront.common import clock
from shopfront.common.ids import PublicIdField

SETTLE = dt.timedelta(seconds=1)
"""How long after the opening the draw waits for entries on their way."""


@pghistory.track()
class BuyingLimit(models.Model):
    """Most pieces of each variant of a product per shopper and household (B6)."""

    product = models.OneToOneField(
        Product, on_delete=models.CASCADE, related_name="buying_limit"
    )
    pieces = models.PositiveSmallIntegerField(_("most pieces per household"))
    since = models.DateTimeField(_("since"), default=clock.now)

    class Meta:
        verbose_name = _("limit per household")
        verbose_name_plural = _("limits per household")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pieces__gt=0), name="catalog_buyinglimit_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.pieces}"


class Drop(Worded):
    """A product sold from a set moment on, to those admitted from a waiting room.

    Everybody who entered before the opening draws a place by a seed whose hash is
    shown from the beginning; later ones follow in the order of their coming. One that
    was called off ends at that moment, which may be before it would have opened.
    """

    class Rule(models.TextChoices):
        HOLD = "hold", _("Kept from the tap on")
        FIRST_PAID = "first_paid", _("First paid, first served")

    WORDS = ("title",)

    public_id = PublicIdField()
    title = models.CharField(_("title"), max_length=120)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="drops")
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    entry_from = models.DateTimeField(_("waiting room opens at"))
    opens_at = models.DateTimeField(_("opens at"))
    ends_at = models.DateTimeField(_("ends at"))
    at_once = models.PositiveIntegerField(_("admitted at the opening"), default=100)
    per_second = models.PositiveIntegerField(_("admitted per second"), default=20)
    needs_account = models.BooleanField(_("only for accounts"), default=False)
    rule = models.CharField(
        _("who gets a piece"),
        max_length=10,
        choices=Rule,
        default=Rule.HOLD,
        db_default="hold",
    )
    seed = models.CharField(_("seed"), max_length=64, editable=False)
    seed_hash = models.CharField(_("hash of the seed"), max_length=64, editable=False)
    placed_count = models.PositiveIntegerField(_("places given"), default=0)
    drawn_at = models.DateTimeField(_("drawn at"), null=True, blank=True)
    called_off_at = models.DateTimeField(
        _("called off at"), null=True, blank=True, editable=False
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["-opens_at"]
        verbose_name = _("drop")
        verbose_name_plural = _("drops")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    entry_from__lt=models.F("opens_at"),
                    opens_at__lt=models.F("ends_at"),
                )
                | models.Q(
                    called_off_at__isnull=False, ends_at=models.F("called_off_at")
                ),
                name="catalog_drop_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(per_second__gt=0),
                name="catalog_drop_admits_somebody",
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="catalog_drop_live")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the drop's waiting room."""
        return reverse("catalog:drop-detail", args=[self.public_id])

    @property
    def shown_title(self) -> str:
        """The title in the reader's language."""
        return self.words("title")

    @property
    def is_first_paid(self) -> bool:
        """Whether nothing is held at the tap: pieces go to who pays first (B5)."""
        return self.rule == self.Rule.FIRST_PAID

    def is_entry_open(self, at: dt.datetime) -> bool:
        """Whether one may enter the waiting room."""
        return self.entry_from <= at < self.ends_at

    def is_over(self, at: dt.datetime) -> bool:
        """Whether the product is sold without a waiting room again."""
        return at >= self.ends_at

    def admits_at(self, place: int) -> dt.datetime:
        """Return the moment from which a place may buy: computed, never stored."""
        later = max(0, place - self.at_once) / self.per_second
        return self.opens_at + SETTLE + dt.timedelta(seconds=later)


class DropEntry(models.Model):
    """One shopper in the waiting room of a drop; the place is drawn once."""

    public_id = PublicIdField()
    drop = models.ForeignKey(Drop, on_delete=models.CASCADE, related_name="entries")
    holder = models.CharField(_("holder"), max_length=64)
    entered_at = models.DateTimeField(_("entered at"), default=clock.now)
    place = models.PositiveIntegerField(_("place"), null=True, blank=True)
    used_at = models.DateTimeField(_("admission used at"), null=True, blank=True)
    used_key = models.CharField(_("used by the attempt"), max_length=60, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("entry of a drop")
        verbose_name_plural = _("entries of drops")
        constraints = [
            models.UniqueConstraint(
                fields=["drop", "holder"], name="catalog_dropentry_one_per_holder"
            ),
            models.UniqueConstraint(
                fields=["drop", "place"], name="catalog_dropentry_one_per_place"
            ),
        ]
        indexes = [
            models.Index(
                fields=["drop"],
                condition=models.Q(place=None),
                name="catalog_dropentry_unplaced",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.drop} {self.place or ''}"
