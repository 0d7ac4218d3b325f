"""Carts of accounts and of guests' browsers."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models import Reservation
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class Cart(models.Model):
    """What somebody means to buy; one open cart per account or browser."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CHECKED_OUT = "checked_out", _("Checked out")

    public_id = PublicIdField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True
    )
    browser_key = models.CharField(_("browser"), max_length=40, blank=True)
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.OPEN
    )
    deliveries = models.JSONField(
        _("ways of delivery"),
        default=dict,
        help_text=_("Public id of a brand to that of the way it was asked to send."),
    )
    coupon = models.ForeignKey(
        "orders.Coupon",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("cart")
        verbose_name_plural = _("carts")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(state="open", user__isnull=False),
                name="orders_cart_one_open_per_account",
            ),
            models.UniqueConstraint(
                fields=["browser_key"],
                condition=models.Q(state="open", user__isnull=True),
                name="orders_cart_one_open_per_browser",
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | ~models.Q(browser_key=""),
                name="orders_cart_has_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class CartLine(models.Model):
    """A variant in a cart, with the price shown and where it was tapped."""

    public_id = PublicIdField()
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT)
    quantity = models.PositiveIntegerField(_("quantity"))
    price_version = models.ForeignKey("catalog.PriceVersion", on_delete=models.PROTECT)
    shown_at = models.DateTimeField(_("price shown at"), default=clock.now)
    reservation = models.ForeignKey(
        "catalog.Reservation", on_delete=models.PROTECT, null=True, blank=True
    )
    bundle_price = models.ForeignKey(
        "catalog.BundlePrice",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Where the pieces are part of a bundle: its price."),
    )
    bundle_count = models.PositiveSmallIntegerField(_("bundles"), default=0)
    source_id = models.CharField(_("source"), max_length=40, blank=True)
    source_ref = models.TextField(_("signed source"), blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("cart line")
        verbose_name_plural = _("cart lines")
        constraints = [
            models.UniqueConstraint(
                fields=["cart", "variant", "bundle_price"],
                nulls_distinct=False,
                name="orders_cartline_once_per_variant_and_bundle",
            ),
            models.CheckConstraint(
                condition=models.Q(bundle_price=None, bundle_count=0)
                | models.Q(bundle_price__isnull=False, bundle_count__gt=0),
                name="orders_cartline_bundle_counted",
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="orders_cartline_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant}"

    @property
    def is_unheld(self) -> bool:
        """Whether its pieces go to who pays first; a query unless the hold is read."""
        hold = self.reservation
        return hold is not None and hold.state == Reservation.State.UNHELD


class Address(models.Model):
    """An address that a signed-in shopper keeps."""

    public_id = PublicIdField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="addresses"
    )
    name = models.CharField(_("full name"), max_length=120)
    street = models.CharField(_("street and number"), max_length=200)
    city = models.CharField(_("town or city"), max_length=100)
    postcode = models.CharField(_("postcode"), max_length=20)
    country = models.CharField(_("country"), max_length=2)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("address")
        verbose_name_plural = _("addresses")

    def __str__(self) -> str:
        return f"{self.name}, {self.postcode}"
