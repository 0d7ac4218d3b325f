"""A person's own profile, and the language that follows them from there."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shopfront.models import User
from shopfront.services.people import set_profile
from shopfront.views.forms import ProfileForm
from shopfront.views.places import keep_language


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show and store name, language and market; the age band is only shown."""
    user = request.user
    assert isinstance(user, User)
    form = ProfileForm(
        user,
        request.POST or None,
        initial={
            "display_name": user.name,
            "language": user.language,
            "market": user.market.code if user.market else settings.DEFAULT_MARKET,
        },
    )
    if request.method != "POST" or not form.is_valid():
        return render(request, "account/profile.html", {"form": form})
    language = form.cleaned_data["language"]
    set_profile(
        user,
        display_name=form.cleaned_data["display_name"],
        language=language,
        market=form.markets[form.cleaned_data["market"]],
    )
    with translation.override(language):
        messages.success(request, _("Your profile is saved."))
    response = redirect("account_profile")
    keep_language(response, language)
    return response


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # it has no types
    """What signing in does beside signing in."""

    def post_login(
        self, request: HttpRequest, user: User, **more: Any
    ) -> HttpResponse | None:
        """Give a browser that chose no language the account's."""
        response: HttpResponse | None = super().post_login(request, user, **more)
        has_chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        if response is not None and not has_chosen:
            keep_language(response, user.language)
        return response
