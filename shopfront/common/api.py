"""Translator of domain errors for the API: problem details (RFC 9457)."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from shopfront.common.errors import DomainError


def answer_problem(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception as problem details, or None for a bug."""
    if isinstance(exception, DomainError):
        status, detail, code = exception.status, exception.message, exception.code
        extra: dict[str, object] = dict(exception.extra)
    else:
        plain = exception_handler(exception, context)
        if plain is None:
            return None
        status, code = plain.status_code, f"api.{plain.status_code}"
        body = plain.data if isinstance(plain.data, dict) else {"errors": plain.data}
        detail = str(body.pop("detail", plain.status_text))
        extra = {"errors": body} if body else {}
    problem = {
        "type": "about:blank",
        "title": code,
        "status": status,
        "detail": detail,
        "code": code,
        **extra,
    }
    return Response(problem, status=status, content_type="application/problem+json")
