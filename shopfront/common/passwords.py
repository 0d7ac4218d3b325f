"""Pages that ask for the password again where it was typed long ago."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def with_password(view: View[P]) -> View[P]:
    """Have the password typed again where that was long ago.

    What was sent meanwhile is dropped, not laid aside: it may hold a bank account.
    """
    fresh = cast(View[P], reauthentication_required(view))

    @wraps(view)
    def guarded(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            return fresh(request, *args, **kwargs)
        except ReauthenticationRequired:
            if request.method != "POST":
                raise
            messages.warning(request, _("That took long. Please confirm it is you."))
            return redirect(request.path)

    return cast(View[P], guarded)
