"""What the pages of a show have in common, on air and as a replay."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render

from shopfront.common import clock
from shopfront.common.sharing import Part

HEAD, BODY = "livestreams/_watch_head.html", "livestreams/_watch.html"


def answer_show(
    request: HttpRequest, facts: dict[str, object], *, head: Part, body: Part
) -> HttpResponse:
    """Answer the page of a show, its gaps filled for who asks."""
    part = body.fill(
        csrf_token=get_token(request),
        now=int(clock.now().timestamp() * 1000),
        ticket=facts.get("ticket", ""),
    )
    context = facts | {"head": head.fill(), "part": part}
    response = render(request, "livestreams/livestream_watch.html", context)
    # The page holds a seat or a token of its own: no cache may hand it to another.
    response["Cache-Control"] = "private, no-store"
    return response
