"""Translator of domain errors for pages, and small facts of a request."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shopfront.common.errors import DomainError, find_refusal
from shopfront.common.http import is_part


def render_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Show a domain error as a page, or as a part of one when htmx asked."""
    template = "components/_error.html" if is_part(request) else "error.html"
    response = render(request, template, {"error": error}, status=error.status)
    response["X-Error-Code"] = error.code
    return response


class DomainErrorMiddleware:
    """Turn a domain error that left a view into its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Answer domain errors, leave anything else to be logged as a bug."""
        refusal = find_refusal(exception)
        return None if refusal is None else render_error(request, refusal)


MEASURE_COOKIE = "sf_measure"
"""Remembers what was answered, so that nobody is asked twice; the row decides."""


def site_context(request: HttpRequest) -> dict[str, object]:
    """Give every page the facts of the site."""
    return {
        "site_url": settings.SITE_URL,
        "site_name": settings.SITE_NAME,
        "is_demo_site": settings.DEMO,
        "measure_answer": request.COOKIES.get(MEASURE_COOKIE, ""),
    }
