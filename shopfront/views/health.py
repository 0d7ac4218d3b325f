"""What load balancers and monitors ask: alive, ready, measured."""

import hmac
import urllib.error
import urllib.request
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connections
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from redis.exceptions import RedisError

from shopfront.common import heartbeat
from shopfront.services import outbox
from shopfront.views.metrics import ShopCollector

LATEST_SIGN_SECONDS = 60.0
LONGEST_BACKLOG_SECONDS = 120.0
MEDIA_TIMEOUT = 2.0
UNKNOWN = "unknown"
FAULTS = (DatabaseError, RedisError, OSError)

REGISTRY.register(ShopCollector())


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say what of the shop works; 503 when pages cannot be served.

    With `?all=1` any part that is not well makes it 503: balancers ask without,
    monitors with.
    """
    needed = {"database": _ask(_ask_database), "valkey": _ask(_ask_valkey)}
    has_database, has_valkey = (state == "ok" for state in needed.values())
    # Without its engine a question would only wait for it once more.
    others = {
        "worker": _ask(lambda: _ask_process("worker")) if has_valkey else UNKNOWN,
        "urgent": _ask(lambda: _ask_process("urgent")) if has_valkey else UNKNOWN,
        "beat": _ask(lambda: _ask_process("beat")) if has_valkey else UNKNOWN,
        "outbox": _ask(_ask_outbox) if has_database else UNKNOWN,
        "media": _ask(_ask_media),
    }
    parts = needed | others
    decisive = parts if request.GET.get("all") else needed
    is_ready = all(state == "ok" for state in decisive.values())
    return JsonResponse(
        {"ready": is_ready, "parts": parts}, status=200 if is_ready else 503
    )


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus; in production only who knows METRICS_TOKEN."""
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    is_open = settings.DEMO or settings.DEBUG
    is_known = settings.METRICS_TOKEN and hmac.compare_digest(given, wanted)
    if not (is_open or is_known):
        raise Http404
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _ask(question: Callable[[], str]) -> str:
    """Return what a part says of itself, or which fault keeps it from answering."""
    try:
        return question()
    except FAULTS as fault:
        return f"no answer: {type(fault).__name__}"


def _ask_database() -> str:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _ask_valkey() -> str:
    cache.get("alive:any")
    return "ok"


def _ask_process(name: str) -> str:
    age = heartbeat.find_age(name)
    if age is None:
        return "no sign of life"
    return "ok" if age < LATEST_SIGN_SECONDS else f"silent for {age:.0f} s"


def _ask_outbox() -> str:
    age = outbox.measure().oldest_seconds
    return "ok" if age < LONGEST_BACKLOG_SECONDS else f"{age:.0f} s behind"


def _ask_media() -> str:
    address = f"{settings.MEDIA_BASE_URL}/healthz"
    if not address.startswith(("http://", "https://")):
        return "MEDIA_BASE_URL is no web address"
    with urllib.request.urlopen(address, timeout=MEDIA_TIMEOUT) as answer:  # noqa: S310
        return "ok" if answer.status == 200 else f"answers {answer.status}"
