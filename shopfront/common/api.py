"""Translator of domain errors for the API (RFC 9457)."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

from shopfront.common.errors import find_refusal

MEDIA_TYPE = "application/problem+json"
KEPT_HEADERS = ("Retry-After", "WWW-Authenticate", "Allow")


class ProblemSerializer(serializers.Serializer[dict[str, object]]):
    """What went wrong, as RFC 9457 says it; `code` never changes."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()


def problems(*statuses: int) -> dict[tuple[int, str], type[ProblemSerializer]]:
    """Return the refusals of an operation as its schema describes them."""
    return {(status, MEDIA_TYPE): ProblemSerializer for status in statuses}


def answer_problem(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception as problem details, or None for a bug."""
    headers: dict[str, str] = {}
    refusal = find_refusal(exception)
    if refusal is not None:
        status, detail, code = refusal.status, refusal.message, refusal.code
        extra: dict[str, object] = dict(refusal.extra)
    else:
        plain = exception_handler(exception, context)
        if plain is None:
            return None
        status, code = plain.status_code, f"api.{plain.status_code}"
        body = plain.data if isinstance(plain.data, dict) else {"errors": plain.data}
        detail = str(body.pop("detail", plain.status_text))
        extra = {"errors": body} if body else {}
        headers = {name: plain[name] for name in KEPT_HEADERS if name in plain}
    problem = {
        "type": "about:blank",
        "title": code,
        "status": status,
        "detail": detail,
        "code": code,
        **extra,
    }
    return Response(problem, status=status, headers=headers, content_type=MEDIA_TYPE)
