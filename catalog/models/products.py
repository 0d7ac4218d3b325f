"""Brands and their products, variants and pictures."""

import pghistory
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models.texts import Worded
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.common.units import Dimension, Net, Unit, make_net
from shopfront.models import TaxRate


@pghistory.track()
class Brand(models.Model):
    """The trader who supplies; identified before the first offer (S7)."""

    public_id = PublicIdField()
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    description = models.TextField(_("description"), blank=True)
    trader_name = models.CharField(_("trader's registered name"), max_length=120)
    trader_address = models.TextField(_("trader's address"))
    vat_number = models.CharField(
        _("VAT number"),
        max_length=20,
        blank=True,
        help_text=_("Stands on invoices; empty where the trader is not registered."),
    )
    account = models.OneToOneField(
        "creators.Account", on_delete=models.PROTECT, related_name="brand"
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["name"]
        verbose_name = _("brand")
        verbose_name_plural = _("brands")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the brand's public page."""
        return reverse("brand-page", args=[self.slug])


class BrandMember(models.Model):
    """A person who acts for a brand."""

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="brand_memberships",
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("brand member")
        verbose_name_plural = _("brand members")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "user"], name="catalog_brandmember_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.brand}"


class Category(Worded):
    """A shelf of the shop; its tax category is what its products are taxed by."""

    WORDS = ("name",)

    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    tax_category = models.CharField(
        _("tax category"),
        max_length=10,
        choices=TaxRate.Category,
        default=TaxRate.Category.STANDARD,
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    measured_by = models.CharField(
        _("measured by"),
        max_length=6,
        choices=Dimension,
        blank=True,
        help_text=_(
            "Goods of this shelf need a net quantity before they are priced in a "
            "market where unit prices are due; empty where they are sold by the piece."
        ),
    )

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """The name in the reader's language."""
        return self.words("name")


class ProductQuerySet(models.QuerySet["Product"]):
    """Sets of products that several reads share."""

    def visible(self) -> "ProductQuerySet":
        """Products that shoppers may see."""
        return self.filter(state=Product.State.ACTIVE, brand__is_active=True)


@pghistory.track(exclude=["search"])
class Product(Worded):
    """What a brand sells, in one or more variants."""

    WORDS = ("title", "description", "material")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    public_id = PublicIdField()
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="products")
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="products"
    )
    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(_("slug"), max_length=140, unique=True)
    description = models.TextField(_("description"), blank=True)
    material = models.CharField(_("material"), max_length=200, blank=True)
    minimum_age = models.PositiveSmallIntegerField(_("minimum age"), default=0)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT
    )
    search = SearchVectorField(null=True, editable=False)
    size_chart = models.ForeignKey(
        "catalog.SizeChart",
        verbose_name=_("size table"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [
            GinIndex(fields=["search"], name="catalog_product_search"),
            GinIndex(
                fields=["title"],
                name="catalog_product_title_trgm",
                opclasses=["gin_trgm_ops"],
            ),
            models.Index(
                fields=["state", "-created_at"], name="catalog_product_newest"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the product's public page."""
        return reverse("catalog:product-detail", args=[self.slug])

    @property
    def shown_title(self) -> str:
        """The title in the reader's language."""
        return self.words("title")

    @property
    def shown_description(self) -> str:
        """The description in the reader's language."""
        return self.words("description")

    @property
    def shown_material(self) -> str:
        """The material in the reader's language."""
        return self.words("material")


class ProductPictureQuerySet(models.QuerySet["ProductPicture"]):
    """Pictures by whether shoppers may see them."""

    def shown(self) -> "ProductPictureQuerySet":
        """Those that nobody took down, in their order."""
        gone = ProductPicture.State.REMOVED
        return self.exclude(state=gone).order_by("position", "id")


class ProductPicture(Worded):
    """A photograph with its renditions, keyed by the hash of what was uploaded."""

    WORDS = ("alt",)

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        VEILED = "veiled", _("Blurred after a report")
        REMOVED = "removed", _("Taken down after a report")

    public_id = PublicIdField()
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="pictures"
    )
    variant = models.ForeignKey(
        "catalog.Variant",
        verbose_name=_("variant that it shows"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="pictures",
    )
    original = models.ImageField(_("original"), upload_to="originals/")
    content_hash = models.CharField(_("content hash"), max_length=64, db_index=True)
    alt = models.CharField(_("what it shows"), max_length=200, blank=True)
    width = models.PositiveIntegerField(_("width, pixels"))
    height = models.PositiveIntegerField(_("height, pixels"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PENDING
    )
    renditions = models.JSONField(
        _("renditions"),
        default=dict,
        help_text=_("Format to a list of [width, storage name]."),
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    objects = ProductPictureQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("product picture")
        verbose_name_plural = _("product pictures")

    def __str__(self) -> str:
        return self.alt or self.public_id

    @property
    def is_shown(self) -> bool:
        """Whether nobody took it down."""
        return self.state != self.State.REMOVED

    @property
    def shown_alt(self) -> str:
        """What it shows, in the reader's language."""
        return self.words("alt")


@pghistory.track()
class Variant(Worded):
    """One thing that can be bought: a SKU of a product."""

    WORDS = ("title",)

    public_id = PublicIdField()
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="variants"
    )
    sku = models.CharField(_("SKU"), max_length=60, unique=True)
    title = models.CharField(
        _("title"), max_length=80, blank=True, help_text=_("For example Blue, 42.")
    )
    options = models.JSONField(_("options"), default=dict)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("active"), default=True)
    net_amount = models.DecimalField(
        _("net quantity"), max_digits=9, decimal_places=3, null=True, blank=True
    )
    net_unit = models.CharField(
        _("unit of the net quantity"), max_length=3, choices=Unit, blank=True
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(net_amount=None, net_unit="")
                | (models.Q(net_amount__gt=0) & ~models.Q(net_unit="")),
                name="catalog_variant_net_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.title}".strip()

    @property
    def net(self) -> Net | None:
        """How much is in it without its package, where it is sold by that."""
        return make_net(self.net_amount, self.net_unit)

    @property
    def shown_title(self) -> str:
        """The title in the reader's language, without the product's."""
        return self.words("title")

    @property
    def shown_name(self) -> str:
        """The product's title and its own, in the reader's language."""
        return f"{self.product.shown_title} {self.shown_title}".strip()
