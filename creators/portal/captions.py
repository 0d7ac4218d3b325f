"""Captions of a show in the portal: files, the picture's own, a recogniser's."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from creators.models import Creator
from creators.portal.forms import CaptionsForm, ChannelsForm
from creators.portal.guards import for_creators
from livestreams.access.captions import get_captions_key, get_captions_of
from livestreams.access.studio import get_own_livestream_for
from livestreams.models import Livestream
from livestreams.selectors.captions import find_channel_languages, list_captions
from livestreams.services import captions as acts
from livestreams.services.embedded_captions import set_channels
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of


@require_http_methods(["GET", "POST"])
@for_creators
def captions(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """List a show's captions and take a file; a bad one is answered with its fault."""
    show = get_own_livestream_for(creator, public_id)
    form = CaptionsForm(
        request.POST or None, request.FILES or None, initial={"language": show.language}
    )
    if request.method == "POST" and form.is_valid():
        try:
            acts.upload_captions(
                show,
                form.cleaned_data["language"],
                form.cleaned_data["file"].read(),
                by=person_of(request),
            )
        except DomainError as refusal:
            form.add_error("file", refusal.message)
        else:
            messages.success(request, _("Captions saved. Viewers can choose them now."))
            return redirect("creators:captions", public_id)
    return _render(request, show, form)


@require_POST
@for_creators
def channels(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Keep the languages of the captions in the picture."""
    show = get_own_livestream_for(creator, public_id)
    form = ChannelsForm(request.POST, languages=find_channel_languages(show))
    if form.is_valid():
        try:
            set_channels(show, form.languages, by=person_of(request))
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Languages of the captions saved."))
            return redirect("creators:captions", public_id)
    upload = CaptionsForm(initial={"language": show.language})
    return _render(request, show, upload, form)


@require_POST
@for_creators
def remove(request: HttpRequest, creator: Creator, public_id: str) -> HttpResponse:
    """Take a show's captions in one language away."""
    show = get_own_livestream_for(creator, public_id)
    acts.remove_captions(get_captions_of(show, request.POST.get("language", "")))
    messages.success(request, _("Captions removed."))
    return redirect("creators:captions", public_id)


def _render(
    request: HttpRequest,
    show: Livestream,
    form: CaptionsForm,
    channels_form: ChannelsForm | None = None,
) -> HttpResponse:
    address = reverse("livestreams:captions-add", args=[show.public_id, show.language])
    languages = find_channel_languages(show)
    context = {
        "show": show,
        "form": form,
        "channels_form": channels_form or ChannelsForm(languages=languages),
        "tracks": list_captions(show),
        "address": request.build_absolute_uri(address),
        "key": get_captions_key(show),
    }
    response = render(request, "creators/show_captions.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
