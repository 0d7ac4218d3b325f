"""The Shopping API of brands: their own products, prices and stock."""

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.access import get_product_for, list_products_for
from catalog.models import PriceVersion, Product, Variant
from shopfront.models import User

PROBLEM = OpenApiResponse(
    response=OpenApiTypes.OBJECT, description="Problem details (RFC 9457)."
)


class PriceSerializer(serializers.ModelSerializer[PriceVersion]):
    """A public price: minor units with tax, per market."""

    market = serializers.CharField(source="market.code")

    class Meta:
        model = PriceVersion
        fields = ("market", "amount_minor", "currency", "valid_from")
        read_only_fields = fields


class VariantSerializer(serializers.ModelSerializer[Variant]):
    """A SKU with its current prices and what is left of it."""

    id = serializers.CharField(source="public_id")
    prices = PriceSerializer(source="current", many=True)
    on_hand = serializers.IntegerField(source="stock.on_hand", default=0)
    allocated = serializers.IntegerField(source="stock.allocated", default=0)

    class Meta:
        model = Variant
        fields = (
            "id",
            "sku",
            "title",
            "options",
            "is_active",
            "prices",
            "on_hand",
            "allocated",
        )
        read_only_fields = fields


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A product of the caller's brand."""

    id = serializers.CharField(source="public_id")
    brand = serializers.CharField(source="brand.slug")
    category = serializers.CharField(source="category.slug")
    variants = VariantSerializer(many=True)

    class Meta:
        model = Product
        fields = (
            "id",
            "slug",
            "title",
            "description",
            "material",
            "minimum_age",
            "brand",
            "category",
            "state",
            "variants",
            "created_at",
        )
        read_only_fields = fields


class NewestFirst(CursorPagination):
    """Pages that stay true while rows are added."""

    page_size = 50
    ordering = ("-created_at", "-id")


def _caller(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None


@extend_schema(tags=["Products"])
class ProductList(generics.ListAPIView[Product]):
    """List the products of the brands that the caller acts for, newest first."""

    serializer_class = ProductSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> "QuerySet[Product]":
        """Return the caller's products; nobody else's ever."""
        return list_products_for(_caller(self.request))


@extend_schema(tags=["Products"], responses={200: ProductSerializer, 404: PROBLEM})
class ProductDetail(generics.GenericAPIView[Product]):
    """Return one product of the brands that the caller acts for."""

    serializer_class = ProductSerializer

    def get(self, request: Request, public_id: str) -> Response:
        """Answer 404 for what is not there and for what is another brand's."""
        product = get_product_for(_caller(request), public_id)
        return Response(self.get_serializer(product).data)
