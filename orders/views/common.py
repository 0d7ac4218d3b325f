"""What the views of this app share: who asks, and answers for page or sheet."""

import json
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from catalog.models import Variant
from orders.access import Shopper
from orders.errors import TooFast
from orders.selectors.carts import count_pieces
from orders.services.carts import Source
from shopfront.common import clock, limits
from shopfront.common.http import (
    ensure_browser_key,
    find_browser_key,
    find_person,
    is_part,
)
from shopfront.common.ids import new_public_id

LONGEST_PATH = 200


def find_shopper(request: HttpRequest) -> Shopper | None:
    """Return who asks, or None for a browser that never bought anything."""
    user = find_person(request)
    key = find_browser_key(request) or ""
    return Shopper(user, key) if user is not None or key else None


def ensure_shopper(request: HttpRequest) -> Shopper:
    """Return who asks; a new guest's browser gets its key."""
    user = find_person(request)
    return Shopper(user, ensure_browser_key(request))


def limit_attempts(shopper: Shopper) -> None:
    """Slow down what no person does: more than a burst of ten attempts.

    Raises:
        TooFast: the bucket is empty, or Valkey is away.
    """
    now = clock.now().timestamp()
    key = f"buy:{shopper.name}"
    if not limits.take_token(key, per_second=0.5, burst=10, at=now, closed=True):
        raise TooFast


def new_key() -> str:
    """Return a fresh attempt key for a form."""
    return new_public_id()


def read_shown_price(request: HttpRequest, variant: Variant) -> str:
    """Read which price was shown; a form with choices carries one for each."""
    own = request.POST.get(f"price_{variant.public_id}")
    return own or request.POST.get("price_version", "")


def read_source(request: HttpRequest) -> Source:
    """Read where the product was tapped."""
    post = request.POST
    return Source(post.get("source_id", ""), post.get("source_ref", ""))


def read_return_path(request: HttpRequest) -> str:
    """Return the page of ours that the shopper came from, for the way back."""
    given = request.POST.get("return_path") or request.headers.get("HX-Current-URL", "")
    if not url_has_allowed_host_and_scheme(given, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(given)
    query = urlencode(
        [pair for pair in parse_qsl(parts.query) if pair[0] != "checkout"]
    )
    path = urlunsplit(("", "", parts.path, query, ""))
    is_ours = path.startswith("/") and not path.startswith(("//", "/checkout", "/cart"))
    return path if is_ours and len(path) <= LONGEST_PATH else ""


def with_checkout(path: str, public_id: str) -> str:
    """Return a page's address that opens its sheet at a checkout."""
    parts = urlsplit(path)
    query = urlencode([*parse_qsl(parts.query), ("checkout", public_id)])
    return urlunsplit(("", "", parts.path, query, ""))


def go(request: HttpRequest, url: str, *, is_elsewhere: bool = False) -> HttpResponse:
    """Send the shopper to a page; htmx leaves the open page for it."""
    if is_part(request) and is_elsewhere:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def tell_cart_count(response: HttpResponse, shopper: Shopper) -> HttpResponse:
    """Let the open page show the cart's new count."""
    count = count_pieces(shopper)
    response["HX-Trigger"] = json.dumps({"cart-changed": {"count": count}})
    return response


def cart_context(request: HttpRequest) -> dict[str, object]:
    """Give pages the cart's count; no query for those who never had a cart."""

    def count() -> int:
        shopper = find_shopper(request)
        return count_pieces(shopper) if shopper is not None else 0

    return {"cart_count": SimpleLazyObject(count)}
