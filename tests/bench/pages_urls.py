"""The site's addresses, and two control pages that measurements compare with."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path

handler500 = "shopfront.views.outage.answer_fault"


def say_ok(request: HttpRequest) -> HttpResponse:
    """Answer two letters: what the server and the middleware cost."""
    return HttpResponse("ok")


def show_empty(request: HttpRequest) -> HttpResponse:
    """Show the base template with nothing in it: what the frame costs."""
    return render(request, "base.html")


urlpatterns: list[URLPattern | URLResolver] = [
    path("bench/ok/", say_ok),
    path("bench/empty/", show_empty),
    path("", include("shopfront.urls")),
]
