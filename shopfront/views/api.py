"""The front door of the Shopping API: where its parts are."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

PARTS = {"products": "catalog:api-product-list", "schema": "api-schema"}


class ApiRoot(APIView):
    """List the parts of the API with their addresses."""

    permission_classes = [AllowAny]

    @extend_schema(operation_id="listParts", tags=["api"], responses={200: dict})
    def get(self, request: Request) -> Response:
        """List the parts of the API with their addresses."""
        parts = {part: reverse(name, request=request) for part, name in PARTS.items()}
        return Response(parts)
