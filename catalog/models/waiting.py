"""Places of shoppers who wait for a piece of a sold-out variant (B7)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.products import Variant
from catalog.models.stock import Reservation
from shopfront.common import clock
from shopfront.common.ids import PublicIdField, new_public_id


class WaitingPlace(models.Model):
    """One shopper's place for one piece; places are served in the order they came."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        OFFERED = "offered", _("A piece is kept")
        TAKEN = "taken", _("Taken to the checkout")
        PASSED = "passed", _("Passed on")
        LEFT = "left", _("Left")

    LIVE = (State.WAITING, State.OFFERED)

    public_id = PublicIdField()
    variant = models.ForeignKey(
        Variant, on_delete=models.PROTECT, related_name="places"
    )
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True
    )
    holder = models.CharField(_("holder"), max_length=64)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10)
    state = models.CharField(
        _("state"), max_length=8, choices=State, default=State.WAITING
    )
    hold_id = models.CharField(
        _("public id of the hold to come"),
        max_length=16,
        unique=True,
        default=new_public_id,
        editable=False,
    )
    reservation = models.OneToOneField(
        Reservation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="place",
    )
    source_id = models.CharField(
        _("tapped at"), max_length=40, blank=True, default="", db_default=""
    )
    source_ref = models.TextField(
        _("signed source"), blank=True, default="", db_default=""
    )
    joined_at = models.DateTimeField(_("joined at"), default=clock.now)
    offered_at = models.DateTimeField(_("offered at"), null=True, blank=True)
    offer_until = models.DateTimeField(_("kept until"), null=True, blank=True)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("place in a waiting list")
        verbose_name_plural = _("places in waiting lists")
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "holder"],
                condition=models.Q(state__in=("waiting", "offered")),
                name="catalog_waitingplace_one_per_holder",
            ),
            models.UniqueConstraint(
                fields=["variant", "email"],
                condition=models.Q(state__in=("waiting", "offered")),
                name="catalog_waitingplace_one_per_address",
            ),
        ]
        indexes = [
            models.Index(
                fields=["variant", "id"],
                condition=models.Q(state="waiting"),
                name="catalog_waitingplace_next",
            ),
            models.Index(
                fields=["offered_at"],
                condition=models.Q(state="offered", told_at=None),
                name="catalog_waitingplace_untold",
            ),
            models.Index(fields=["holder"], name="catalog_waitingplace_holder"),
        ]

    def __str__(self) -> str:
        return f"{self.variant} {self.state}"
