"""Who may enter the portal: creators; the rest are told kindly how to become one."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase

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
