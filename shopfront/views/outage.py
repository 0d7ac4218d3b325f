"""The page for what nobody foresaw, and for an engine that does not answer."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token
from redis.exceptions import RedisError

OUTAGES = (OperationalError, InterfaceError, RedisError)
RETRY_SECONDS = 5


@requires_csrf_token
def answer_fault(request: HttpRequest) -> HttpResponse:
    """Apologise; 503 when PostgreSQL or Valkey is away, 500 when we have a bug.

    Rendered without the request: who is asking may not be known now.
    """
    is_outage = isinstance(sys.exc_info()[1], OUTAGES)
    status = 503 if is_outage else 500
    response = HttpResponse(loader.render_to_string(f"{status}.html"), status=status)
    if is_outage:
        response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
