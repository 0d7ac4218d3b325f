"""Who may enter the portal: creators; the rest are told kindly how to become one."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from creators.access import Person, get_creator_for, get_leaving_creator_for
from creators.errors import NotACreator, NotVerified
from creators.models import Creator
from creators.portal.applying import render_application

P = ParamSpec("P")
CreatorView = Callable[Concatenate[HttpRequest, Creator, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def for_creators(view: CreatorView[P]) -> View[P]:
    """Give the view its verified creator; anybody else sees how to apply, with 403."""
    return _guard(view, get_creator_for)


def for_leavers(view: CreatorView[P]) -> View[P]:
    """Give the view its creator, one who closed included; the rest see how to apply."""
    return _guard(view, get_leaving_creator_for)


def with_password(view: CreatorView[P]) -> CreatorView[P]:
    """Have the password typed again where that was long ago.

    What was sent meanwhile is dropped, not laid aside: it may hold a bank account.
    """
    fresh = cast(CreatorView[P], reauthentication_required(view))

    @wraps(view)
    def guarded(
        request: HttpRequest, creator: Creator, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            return fresh(request, creator, *args, **kwargs)
        except ReauthenticationRequired:
            if request.method != "POST":
                raise
            messages.warning(request, _("That took long. Please confirm it is you."))
            return redirect(request.path)

    return cast(CreatorView[P], guarded)


def _guard(view: CreatorView[P], find: Callable[[Person], Creator]) -> View[P]:
    @wraps(view)
    def guarded(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            creator = find(request.user)
        except (NotACreator, NotVerified):
            return render_application(request, status=403)
        return view(request, creator, *args, **kwargs)

    return cast(View[P], login_required(guarded))
