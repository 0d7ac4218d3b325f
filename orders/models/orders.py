"""Checkouts and the orders that they become, one per brand (K5)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import DeliveryOption
from catalog.models.delivery import describe_days
from orders.models.carts import Cart
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.money import Money


class Checkout(models.Model):
    """One cart on its way to payment; open until its orders are placed."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ORDERED = "ordered", _("Ordered")
        LAPSED = "lapsed", _("Lapsed")

    public_id = PublicIdField()
    cart = models.OneToOneField(
        Cart,
        on_delete=models.PROTECT,
        related_name="checkout",
        help_text=_("The checkout's own copy; the open cart may change meanwhile."),
    )
    source_cart = models.ForeignKey(
        Cart,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The open cart that it was made from, if any."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True
    )
    browser_key = models.CharField(_("browser"), max_length=40, blank=True)
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    email = models.EmailField(_("e-mail address"), blank=True)
    address = models.JSONField(_("delivery address"), default=dict)
    adult_stated_at = models.DateTimeField(_("stated 18 at"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    goods_minor = models.BigIntegerField(_("goods, minor units"), default=0)
    shipping_minor = models.BigIntegerField(_("delivery, minor units"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    return_path = models.CharField(_("back to"), max_length=200, blank=True)
    expires_at = models.DateTimeField(_("holds end at"))
    extended_at = models.DateTimeField(
        _("extended at"),
        null=True,
        blank=True,
        help_text=_("When a decline or authentication prolonged the holds, once."),
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    ordered_at = models.DateTimeField(_("ordered at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("checkout")
        verbose_name_plural = _("checkouts")

    def __str__(self) -> str:
        return self.public_id

    @property
    def total(self) -> Money:
        """What will be charged, tax and delivery included."""
        return Money(self.goods_minor + self.shipping_minor, self.currency)


@pghistory.track()
class Order(models.Model):
    """What one brand sells to one shopper in one checkout."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for payment")
        PAID = "paid", _("Paid")
        DISPATCHED = "dispatched", _("Dispatched")
        DELIVERED = "delivered", _("Delivered")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = PublicIdField()
    number = models.CharField(_("number"), max_length=20, unique=True)
    checkout = models.ForeignKey(
        Checkout, on_delete=models.PROTECT, related_name="orders"
    )
    brand = models.ForeignKey(
        "catalog.Brand", on_delete=models.PROTECT, related_name="orders"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
    )
    market = models.ForeignKey("shopfront.Market", on_delete=models.PROTECT)
    email = models.EmailField(_("e-mail address"))
    address = models.JSONField(_("delivery address"))
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.PENDING
    )
    goods_minor = models.BigIntegerField(_("goods, minor units"))
    shipping_minor = models.BigIntegerField(_("delivery, minor units"))
    shipping_tax_bps = models.PositiveIntegerField(
        _("tax rate of delivery, basis points"), default=0
    )
    shipping_tax_minor = models.BigIntegerField(
        _("tax within delivery, minor units"), default=0
    )
    tax_minor = models.BigIntegerField(_("tax within, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    prices_include_tax = models.BooleanField(_("prices include tax"), default=True)
    delivery_kind = models.CharField(
        _("way of delivery"),
        max_length=10,
        choices=DeliveryOption.Kind,
        default=DeliveryOption.Kind.STANDARD,
    )
    days_least = models.PositiveSmallIntegerField(
        _("working days, at least"), default=2
    )
    days_most = models.PositiveSmallIntegerField(_("working days, at most"), default=4)
    joins = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="joined_by",
        help_text=_("The earlier order of the same show whose parcel takes it along."),
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    paid_at = models.DateTimeField(_("paid at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    dispatched_at = models.DateTimeField(
        _("dispatched at"),
        null=True,
        blank=True,
        help_text=_("When the last piece that was not cancelled had gone."),
    )
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    refunded_shipping_minor = models.BigIntegerField(
        _("delivery given back, minor units"), default=0
    )

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        indexes = [
            models.Index(
                fields=["user", "-created_at"], name="orders_order_of_shopper"
            ),
            models.Index(Upper("email"), name="orders_order_of_address"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    refunded_shipping_minor__gte=0,
                    refunded_shipping_minor__lte=models.F("shipping_minor"),
                ),
                name="orders_order_delivery_back_at_most_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the address of the shopper's page of this order."""
        return reverse("orders:order-detail", args=[self.public_id])

    @property
    def state_label(self) -> str:
        """Its state in words; costs a query unless the lines were prefetched."""
        if self.state == self.State.PAID and any(
            line.dispatched_count for line in self.lines.all()
        ):
            return gettext("Partly sent")
        return str(self.get_state_display())

    @property
    def total(self) -> Money:
        """Goods and delivery, tax included."""
        return Money(self.goods_minor + self.shipping_minor, self.currency)

    @property
    def shipping(self) -> Money:
        """What delivery costs, tax included."""
        return Money(self.shipping_minor, self.currency)

    @property
    def tax(self) -> Money:
        """The tax within."""
        return Money(self.tax_minor, self.currency)

    @property
    def shipping_listed(self) -> Money:
        """What delivery costs, as the market shows prices."""
        if self.prices_include_tax:
            return self.shipping
        return self.shipping - Money(self.shipping_tax_minor, self.currency)

    @property
    def delivery_name(self) -> str:
        """What people call the way it is sent, in their language."""
        return str(DeliveryOption.Kind(self.delivery_kind).label)

    @property
    def delivery_days(self) -> str:
        """How long it takes, in words."""
        return describe_days(self.days_least, self.days_most)


class OrderLine(models.Model):
    """A variant as it was bought: price, tax and source frozen."""

    public_id = PublicIdField()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT)
    price_version = models.ForeignKey("catalog.PriceVersion", on_delete=models.PROTECT)
    reservation = models.ForeignKey(
        "catalog.Reservation",
        on_delete=models.PROTECT,
        related_name="order_lines",
        help_text=_("A line of an order that was not paid may share it with a later."),
    )
    bundle_price = models.ForeignKey(
        "catalog.BundlePrice",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Where it was bought as part of a bundle: its price."),
    )
    bundle_count = models.PositiveSmallIntegerField(_("bundles"), default=0)
    title = models.CharField(_("title"), max_length=320)
    sku = models.CharField(_("SKU"), max_length=60)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_minor = models.BigIntegerField(_("price each, as shown, minor units"))
    discount_minor = models.BigIntegerField(_("discount, minor units"), default=0)
    tax_rate = models.ForeignKey(
        "shopfront.TaxRate",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The dated rate that was applied."),
    )
    tax_bps = models.PositiveIntegerField(_("tax rate, basis points"))
    tax_minor = models.BigIntegerField(_("tax within, minor units"))
    added_tax_minor = models.BigIntegerField(
        _("tax on top of prices, minor units"), default=0
    )
    total_minor = models.BigIntegerField(_("total, minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    shown_at = models.DateTimeField(_("price shown at"))
    source_id = models.CharField(_("source"), max_length=40, blank=True)
    source_ref = models.TextField(_("signed source"), blank=True)
    dispatched_count = models.PositiveIntegerField(_("dispatched"), default=0)
    cancelled_count = models.PositiveIntegerField(_("cancelled"), default=0)
    returned_count = models.PositiveIntegerField(_("came back"), default=0)
    refunded_count = models.PositiveIntegerField(_("pieces paid back"), default=0)
    refunded_minor = models.BigIntegerField(_("paid back, minor units"), default=0)

    class Meta:
        ordering = ["id"]
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="orders_orderline_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    total_minor=models.F("unit_minor") * models.F("quantity")
                    - models.F("discount_minor")
                    + models.F("added_tax_minor")
                ),
                name="orders_orderline_adds_up",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    quantity__gte=models.F("dispatched_count")
                    + models.F("cancelled_count"),
                    dispatched_count__gte=models.F("returned_count"),
                ),
                name="orders_orderline_pieces_add_up",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    refunded_count__lte=models.F("dispatched_count")
                    + models.F("cancelled_count"),
                    refunded_minor__gte=0,
                    refunded_minor__lte=models.F("total_minor"),
                ),
                name="orders_orderline_back_at_most_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title}"

    @property
    def unsent_count(self) -> int:
        """Pieces that are still to be sent."""
        return self.quantity - self.dispatched_count - self.cancelled_count

    @property
    def away_count(self) -> int:
        """Pieces that are with the shopper or on their way there."""
        return self.dispatched_count - self.returned_count

    @property
    def payable_count(self) -> int:
        """Pieces that were sent and not paid back; what was not sent is cancelled."""
        return self.dispatched_count + self.cancelled_count - self.refunded_count

    @property
    def total(self) -> Money:
        """What the line costs, tax included."""
        return Money(self.total_minor, self.currency)

    @property
    def unit(self) -> Money:
        """The price of one piece, as the market shows prices."""
        return Money(self.unit_minor, self.currency)

    @property
    def listed(self) -> Money:
        """What the line costs, as the market shows prices, less any discount."""
        return Money(self.total_minor - self.added_tax_minor, self.currency)
