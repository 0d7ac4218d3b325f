"""Following a creator: the button, and the list of whom one follows."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from creators.models import Creator
from creators.selectors.follows import find_followed, list_followed, read_follow
from creators.selectors.public import find_public_creator
from creators.services.follows import (
    follow_creator,
    share_address,
    unfollow_creator,
)
from shopfront.common.http import ask_to_sign_in, find_person, is_part, person_of


@require_POST
def toggle_follow(request: HttpRequest, handle: str) -> HttpResponse:
    """Follow a creator or take it back; answers the button again to htmx."""
    creator = find_public_creator(handle)
    if creator is None:
        raise Http404
    person = find_person(request)
    if person is None:
        return ask_to_sign_in(request, _find_way_back(request, creator))
    is_wanted = request.POST.get("wanted") == "1"
    act = follow_creator if is_wanted else unfollow_creator
    act(creator, user=person)
    if is_part(request):
        context = {"follow": read_follow(creator, person)}
        return render(request, "components/_follow.html", context)
    said = _("You follow %(name)s.") if is_wanted else _("You follow %(name)s no more.")
    messages.success(request, said % {"name": creator.display_name})
    return redirect(_find_way_back(request, creator))


@login_required
@require_safe
def following(request: HttpRequest) -> HttpResponse:
    """List the creators that a person follows, each with its undo."""
    context = {"follows": list_followed(person_of(request))}
    return render(request, "account/following.html", context)


@login_required
@require_POST
def share_with(request: HttpRequest, handle: str) -> HttpResponse:
    """Let a followed creator take one's e-mail address along, or take that back."""
    person = person_of(request)
    creator = find_followed(person, handle)
    is_shared = request.POST.get("shared") == "1"
    if creator is None or not share_address(creator, user=person, is_shared=is_shared):
        raise Http404
    said = (
        _("%(name)s may take your address along.")
        if is_shared
        else _("%(name)s does not get your address.")
    )
    messages.success(request, said % {"name": creator.display_name})
    return redirect("account_following")


def _find_way_back(request: HttpRequest, creator: Creator) -> str:
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return f"/c/{creator.handle}/"
