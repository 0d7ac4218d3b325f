"""The Shopping API of the catalog: what a brand's own systems read (A1)."""

from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog import access
from catalog.models import (
    Brand,
    PriceVersion,
    Product,
    ProductPicture,
    Stock,
    Variant,
)
from catalog.selectors.nets import list_markets_lacking
from shopfront.common.api import problems
from shopfront.common.units import Net, Unit
from shopfront.models import User

# Numbers of stock change by the second: asked each time, sent again only if changed.
fresh = method_decorator(
    [cache_control(private=True, no_cache=True), conditional_page], name="dispatch"
)


class BrandSerializer(serializers.Serializer[Brand]):
    """The trader who supplies a product."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    slug = serializers.SlugField()


class PictureSerializer(serializers.Serializer[ProductPicture]):
    """A photograph as it was uploaded, without its camera's notes."""

    id = serializers.CharField(source="public_id")
    url = serializers.FileField(source="original")
    alt = serializers.CharField()
    width = serializers.IntegerField(min_value=1)
    height = serializers.IntegerField(min_value=1)
    state = serializers.ChoiceField(ProductPicture.State.choices)


class PriceSerializer(serializers.Serializer[PriceVersion]):
    """The public price of a variant in one market, tax included."""

    id = serializers.CharField(source="public_id")
    market = serializers.CharField(
        source="market.code", help_text="Country code, ISO 3166-1 alpha-2."
    )
    amount_minor = serializers.IntegerField(
        min_value=1, help_text="In the smallest unit of the currency, such as pence."
    )
    currency = serializers.CharField(help_text="Currency code, ISO 4217.")
    valid_from = serializers.DateTimeField()


class NetSerializer(serializers.Serializer[Net]):
    """How much is in a variant without its package."""

    amount = serializers.DecimalField(max_digits=9, decimal_places=3)
    unit = serializers.ChoiceField(Unit.choices)


class StockSerializer(serializers.Serializer[Stock]):
    """Pieces on hand, promised of them, and left to sell."""

    on_hand = serializers.IntegerField(min_value=0)
    allocated = serializers.IntegerField(
        min_value=0, help_text="Held by shoppers or sold and not yet dispatched."
    )
    available = serializers.IntegerField(min_value=0)
    version = serializers.IntegerField(
        min_value=0, help_text="Grows with every change of these numbers."
    )


class VariantSerializer(serializers.Serializer[Variant]):
    """One thing that can be bought, with its current prices and its stock."""

    id = serializers.CharField(source="public_id")
    sku = serializers.CharField()
    title = serializers.CharField()
    options = serializers.DictField(child=serializers.CharField())
    net_quantity = NetSerializer(
        source="net", allow_null=True, help_text="Null where sold by the piece."
    )
    net_quantity_missing_in = serializers.SerializerMethodField(
        help_text=(
            "Country codes of markets where the category asks for a net quantity and "
            "there is none: no new price and no new publication until it is stated."
        )
    )
    is_active = serializers.BooleanField()
    prices = PriceSerializer(source="current", many=True)
    stock = StockSerializer(
        allow_null=True, help_text="Null until pieces were received once."
    )

    def get_net_quantity_missing_in(self, variant: Variant) -> list[str]:
        """Return where the brand has to state the net quantity."""
        return list_markets_lacking(variant, vars(variant)["current"])


class ProductSerializer(serializers.Serializer[Product]):
    """A product of a brand, whatever its state."""

    id = serializers.CharField(source="public_id")
    title = serializers.CharField()
    slug = serializers.SlugField()
    url = serializers.SerializerMethodField()
    brand = BrandSerializer()
    category = serializers.SlugField(source="category.slug")
    state = serializers.ChoiceField(Product.State.choices)
    description = serializers.CharField()
    material = serializers.CharField()
    minimum_age = serializers.IntegerField(min_value=0)
    created_at = serializers.DateTimeField()
    pictures = PictureSerializer(many=True)
    variants = VariantSerializer(many=True)

    def get_url(self, product: Product) -> str:
        """Return the full address of the product's public page."""
        request: Request = self.context["request"]
        return str(request.build_absolute_uri(product.get_absolute_url()))


class ProductCursor(CursorPagination):
    """Pages of products, newest first, that stay true while rows are added."""

    ordering = ("-created_at", "public_id")
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe a page as OpenAPI 3.1 does, where null is a type."""
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return where a page begins; a cursor that we did not make is no page."""
        cursor: Cursor | None = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None:
            try:
                moment = parse_datetime(str(cursor.position))
            except ValueError:
                moment = None
            if moment is None or moment.tzinfo is None:
                raise NotFound(self.invalid_cursor_message)
        return cursor


@fresh
class ProductList(ListAPIView[Product]):
    """List the products of the brands that the caller acts for, newest first."""

    serializer_class = ProductSerializer
    pagination_class = ProductCursor

    def get_queryset(self) -> "QuerySet[Product]":
        """Return the caller's products; nobody else's ever."""
        return access.list_products_for(_person(self.request))

    @extend_schema(
        operation_id="listProducts",
        tags=["products"],
        responses={200: ProductSerializer(many=True)} | problems(403, 404, 429),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your brands' products, newest first, with prices and stock."""
        return self.list(request, *args, **kwargs)


@fresh
class ProductDetail(APIView):
    """Return one product of a brand that the caller acts for.

    Raises:
        ProductMissing: there is none, or it is another brand's.
    """

    @extend_schema(
        operation_id="getProduct",
        tags=["products"],
        responses={200: ProductSerializer} | problems(403, 404, 429),
    )
    def get(self, request: Request, public_id: str) -> Response:
        """Return one of your brands' products with its prices and stock."""
        product = access.get_product_for(_person(request), public_id)
        return Response(ProductSerializer(product, context={"request": request}).data)


def _person(request: Request) -> User:
    user = request.user
    assert isinstance(user, User)
    return user
