"""The one door to Stripe: its keys, its client (imported lazily), its origins."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from shopfront.common.environment import env, flag

if TYPE_CHECKING:
    from stripe import StripeClient

SCRIPT = "https://js.stripe.com/v3/"
CONNECT_SECONDS, ANSWER_SECONDS = 3.05, 12.0
_ORIGINS = {
    "script-src": ["https://js.stripe.com", "https://*.js.stripe.com"],
    "frame-src": [
        "https://js.stripe.com",
        "https://*.js.stripe.com",
        "https://hooks.stripe.com",
    ],
    "connect-src": ["https://api.stripe.com"],
    "form-action": ["https://hooks.stripe.com"],
}
_sessions: list[Any] = []


def read_key(name: str) -> str:
    """Return a key of the environment; live ones only where live payments are meant.

    Raises:
        ImproperlyConfigured: it would move real money and `STRIPE_LIVE` is not set.
    """
    key = str(env.str(name, default=""))
    if "_live_" in key and not flag("STRIPE_LIVE"):
        raise ImproperlyConfigured(
            f"{name} is a live key and would move real money: set STRIPE_LIVE=1 if "
            "this is meant, else use the test key."
        )
    return key


def is_test_key(key: str) -> bool:
    """Whether no real money moves by this key."""
    return "_test_" in key


def allow_stripe(directives: dict[str, list[str]]) -> None:
    """Let pages load Stripe's own fields and lead to banks; nothing else is opened."""
    for name, origins in _ORIGINS.items():
        directives[name] = [*directives.get(name, ["'self'"]), *origins]


def get_client() -> "StripeClient":
    """Return Stripe's client for the keys and the address of the settings."""
    return _make_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


def close_sessions() -> None:
    """Close the connections that are kept open, before a process ends."""
    for session in _sessions:
        session.close()
    _sessions.clear()
    _make_client.cache_clear()


@lru_cache(maxsize=4)
def _make_client(key: str, base: str) -> "StripeClient":
    """Make a client that waits briefly, repeats nothing and follows no redirect.

    Repeating is the shop's own work, with its own keys and pauses; a redirect could
    lead elsewhere than to the configured address.
    """
    import requests
    import stripe

    stripe.enable_telemetry = False
    session = requests.Session()
    session.max_redirects = 0
    session.trust_env = False  # no proxy or password that the environment names
    client = stripe.RequestsClient(
        timeout=(CONNECT_SECONDS, ANSWER_SECONDS), session=session
    )
    _sessions.append(session)
    return stripe.StripeClient(
        key,
        base_addresses={"api": base.rstrip("/")},
        max_network_retries=0,
        http_client=client,
    )
