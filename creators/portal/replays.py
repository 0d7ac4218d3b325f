"""A show's replay in the portal: hidden, published, deleted, downloaded, cut."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from creators.models import Creator
from creators.portal.clip_form import ClipForm, TitleForm
from creators.portal.guards import for_creators
from livestreams.access.clips import get_own_clip_for
from livestreams.access.playback import get_download_url
from livestreams.access.replays import find_recording, get_recording_of
from livestreams.access.studio import get_own_livestream_for
from livestreams.models import Livestream
from livestreams.selectors.clips import list_clips_to_tend, list_shown_products
from livestreams.selectors.replays import Chapter, list_chapters
from livestreams.services import clips, replays
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of

ACTS = {
    "hide": replays.hide_replay,
    "show": replays.show_replay,
    "publish": replays.publish_replay,
    "delete": replays.delete_replay,
}


@require_http_methods(["GET", "POST"])
@for_creators
def replay(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Show a replay with its clips, and take the plan of a new clip."""
    show = get_own_livestream_for(creator, public_id)
    form = ClipForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            clips.create_clip(
                show,
                title=form.cleaned_data["title"],
                from_ms=form.from_ms,
                until_ms=form.until_ms,
                products=list_shown_products(show, request.POST.getlist("products")),
                by=person_of(request),
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Your clip is being made."))
            return redirect("creators:replay", public_id)
    context = _describe(request, show) | {"form": form}
    response = render(request, "creators/show_replay.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@for_creators
def change(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Hide, show, publish or delete a replay."""
    show = get_own_livestream_for(creator, public_id)
    act = ACTS.get(request.POST.get("act", ""), replays.show_replay)
    try:
        act(get_recording_of(show))
    except DomainError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Saved."))
    return redirect("creators:replay", public_id)


@require_POST
@for_creators
def edit_clip(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Give a clip another title and other products."""
    clip = get_own_clip_for(creator, public_id)
    form = TitleForm(request.POST)
    if form.is_valid():
        chosen = list_shown_products(clip.livestream, request.POST.getlist("products"))
        clips.edit_clip(clip, title=form.cleaned_data["title"], products=chosen)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("A clip needs a title of two letters or more."))
    return redirect("creators:replay", clip.livestream.public_id)


@require_POST
@for_creators
def remove_clip(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Delete a clip for good."""
    clip = get_own_clip_for(creator, public_id)
    clips.delete_clip(clip)
    messages.success(request, _("Clip deleted."))
    return redirect("creators:replay", clip.livestream.public_id)


def _describe(request: HttpRequest, show: Livestream) -> dict[str, object]:
    recording = find_recording(show)
    address = get_download_url(show, 1, person_of(request))
    return {
        "show": show,
        "zone": show.market.time_zone,
        "recording": recording,
        "may_cut": recording is not None and recording.state in replays.KEPT,
        "products": _once(list_chapters(show)),
        "chosen": request.POST.getlist("products"),
        "clips": list_clips_to_tend(show),
        "download_address": address,
        "parts_address": address.replace("show1.mp4", "parts.json"),
    }


def _once(chapters: list[Chapter]) -> list[Chapter]:
    """Keep the first chapter of each product."""
    firsts: dict[str, Chapter] = {}
    for chapter in chapters:
        firsts.setdefault(chapter.card.public_id, chapter)
    return list(firsts.values())
