"""Offers: a price in a window, the limits of the brand, and the floors (D2, D4)."""

import datetime as dt

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Category, Product, Variant
from catalog.models.stock import Reservation
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


class Window(models.Func):
    """The time from one moment up to another, the second one not within."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


@pghistory.track()
class OfferLimit(models.Model):
    """How far a host may go with a product's price: the brand's own word."""

    public_id = PublicIdField()
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="offer_limits"
    )
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    lowest_minor = models.BigIntegerField(_("lowest price with tax, minor units"))
    most_pieces = models.PositiveIntegerField(
        _("most pieces per offer"),
        null=True,
        blank=True,
        help_text=_("Empty: as many as there are."),
    )
    longest_minutes = models.PositiveSmallIntegerField(
        _("longest offer, minutes"), default=30
    )
    valid_from = models.DateTimeField(_("valid from"), default=clock.now)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    is_above_cost = models.BooleanField(
        _("not below cost"),
        default=False,
        help_text=_("The brand confirms that the lowest price covers its cost."),
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed at"), default=clock.now)

    class Meta:
        verbose_name = _("limits of offers")
        verbose_name_plural = _("limits of offers")
        constraints = [
            models.UniqueConstraint(
                fields=["product", "market"], name="catalog_offerlimit_one_per_market"
            ),
            models.CheckConstraint(
                condition=models.Q(lowest_minor__gt=0, longest_minutes__gt=0),
                name="catalog_offerlimit_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.market_id}"

    @property
    def lowest(self) -> Money:
        """The lowest price that an offer may have."""
        return Money(self.lowest_minor, self.market.currency)


class OfferQuerySet(models.QuerySet["Offer"]):
    """Sets of offers that several reads share."""

    def running(self) -> "OfferQuerySet":
        """Offers whose price holds at this moment, whatever a sweep has noted."""
        return self.filter(state=Offer.State.OPEN, ends_at__gt=clock.now())


@pghistory.track()
class Offer(models.Model):
    """A lower price of a product in a market, from its opening to a fixed end.

    What it changes are rows of the price history, one per variant, each with the
    prior price of that moment; the end is written in them from the first second.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        REFUSED = "refused", _("Refused at its time")

    class Close(models.TextChoices):
        TIME = "time", _("Its time was over")
        HOST = "host", _("The host closed it")
        SHOW = "show", _("The show was over")
        SOLD = "sold", _("All its pieces were taken")
        DESK = "desk", _("Brand or staff closed it")

    public_id = PublicIdField()
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="offers"
    )
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    amount_minor = models.BigIntegerField(_("price with tax, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    most_pieces = models.PositiveIntegerField(_("most pieces"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.PLANNED
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    close_reason = models.CharField(
        _("closed because"), max_length=5, choices=Close, blank=True
    )
    refused_why = models.CharField(_("refused because"), max_length=200, blank=True)
    cause_kind = models.CharField(_("cause"), max_length=30, blank=True)
    cause_ref = models.CharField(_("cause's public id"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            ExclusionConstraint(
                name="catalog_offer_no_overlap",
                expressions=[
                    ("product", RangeOperators.EQUAL),
                    ("market", RangeOperators.EQUAL),
                    (Window("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(state__in=["planned", "open"]),
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0)
                & models.Q(ends_at__gt=models.F("starts_at")),
                name="catalog_offer_makes_sense",
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at"],
                condition=models.Q(state__in=["planned", "open"]),
                name="catalog_offer_on_the_way",
            ),
            models.Index(fields=["cause_kind", "cause_ref"], name="catalog_offer_of"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.price}"

    @property
    def price(self) -> Money:
        """The price with tax."""
        return Money(self.amount_minor, self.currency)

    @property
    def is_running(self) -> bool:
        """Whether its price holds at this moment."""
        return self.state == self.State.OPEN and self.ends_at > clock.now()

    @property
    def over_at(self) -> dt.datetime:
        """When its price ended or will end."""
        return self.closed_at or self.ends_at


class OfferUse(models.Model):
    """Pieces that a hold took of an offer with so many pieces only."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="uses")
    reservation = models.OneToOneField(
        Reservation, on_delete=models.CASCADE, related_name="offer_use"
    )
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("pieces of an offer")
        verbose_name_plural = _("pieces of offers")

    def __str__(self) -> str:
        return f"{self.quantity} of {self.offer}"


@pghistory.track()
class PriceFloor(models.Model):
    """The operator's own lowest price on a shelf in a market (D4).

    It binds once a named person has recorded counsel's view and a second one has
    approved; until then it is off.
    """

    public_id = PublicIdField()
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    category = models.ForeignKey(Category, on_delete=models.PROTECT)
    amount_minor = models.BigIntegerField(_("floor with tax, minor units"))
    counsel_view = models.TextField(_("counsel's view"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("price floor")
        verbose_name_plural = _("price floors")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="catalog_floor_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by=None)
                | ~models.Q(approved_by=models.F("set_by")),
                name="catalog_floor_two_persons",
            ),
            models.UniqueConstraint(
                fields=["market", "category"],
                condition=models.Q(approved_at__isnull=False, ended_at=None),
                name="catalog_floor_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.market_id} {self.amount_minor}"


@pghistory.track()
class FloorOverride(models.Model):
    """A named member of staff lets one variant below its floor, with a reason."""

    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="floor_overrides"
    )
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    lowest_minor = models.BigIntegerField(_("lowest price with tax, minor units"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=200)
    at = models.DateTimeField(_("at"), default=clock.now)
    until = models.DateTimeField(_("until"))

    class Meta:
        ordering = ["-at"]
        verbose_name = _("exception to a floor")
        verbose_name_plural = _("exceptions to floors")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lowest_minor__gt=0),
                name="catalog_flooroverride_positive",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="catalog_flooroverride_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant} {self.lowest_minor}"
