"""Facts of an HTTP request that several apps need."""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

if TYPE_CHECKING:
    from shopfront.models import User

BROWSER_COOKIE = "sf_browser"
BROWSER_COOKIE_AGE = 180 * 24 * 3600
_SALT = "shopfront.browser"


def person_of(request: HttpRequest) -> "User":
    """Return who is signed in, where only the signed-in come."""
    assert request.user.is_authenticated
    return request.user


def find_person(request: HttpRequest) -> "User | None":
    """Return who is signed in, or None for a guest."""
    return request.user if request.user.is_authenticated else None


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def read_way_back(request: HttpRequest) -> str:
    """Return the page of ours that `next` names; empty for none and any other."""
    back = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()})
    return back if is_ours and back.startswith("/") else ""


def read_tap(request: HttpRequest) -> dict[str, str]:
    """Read from an address where in a show something was tapped (N2).

    For forms `source_id` and `source_ref`; for further addresses `tap`, to be added.
    """
    show, ref = request.GET.get("show", "")[:40], request.GET.get("ref", "")[:1000]
    return {"source_id": show, "source_ref": ref, "tap": write_tap(show, ref)}


def write_tap(source_id: str, source_ref: str) -> str:
    """Return what an address ends with that keeps where in a show one tapped."""
    query = urlencode({"show": source_id, "ref": source_ref})
    return f"?{query}" if source_ref else ""


def find_browser_key(request: HttpRequest) -> str | None:
    """Return the random key of this browser, or None before its first claim."""
    value = request.get_signed_cookie(BROWSER_COOKIE, default=None, salt=_SALT)
    return value or None


def ensure_browser_key(request: HttpRequest) -> str:
    """Return this browser's key; `BrowserKeyMiddleware` sets a new one as cookie.

    The cookie is strictly necessary (it holds a guest's cart and holds), random
    and says nothing of the person.
    """
    existing = getattr(request, "new_browser_key", None) or find_browser_key(request)
    if existing:
        return str(existing)
    key = secrets.token_urlsafe(18)
    request.new_browser_key = key  # type: ignore[attr-defined]
    return key


def set_browser_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Send a newly made browser key as a signed cookie."""
    key = getattr(request, "new_browser_key", None)
    if key:
        response.set_signed_cookie(
            BROWSER_COOKIE,
            key,
            salt=_SALT,
            max_age=BROWSER_COOKIE_AGE,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )


class BrowserKeyMiddleware:
    """Send the cookie of a browser key that a view has made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on and set the cookie on its answer."""
        response = self.get_response(request)
        set_browser_cookie(request, response)
        return response


def ask_to_sign_in(request: HttpRequest, back: str) -> HttpResponse:
    """Send somebody to the sign-in page and back to where they were; htmx too."""
    target = f"/accounts/login/?{urlencode({'next': back})}"
    if is_part(request):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)
