"""A creator's profile: name, words, picture and handle."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from catalog.services.pictures import clean_picture
from creators.models import Creator
from creators.portal.forms import HandleField
from creators.portal.guards import for_creators
from creators.services import profiles
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of

PICTURE_SIDE = 640


class ProfileForm(forms.Form):
    """The name and words on a creator's public page."""

    display_name = forms.CharField(
        label=gettext_lazy("Name shown to others"), max_length=60, min_length=2
    )
    bio = forms.CharField(
        label=gettext_lazy("About you"),
        max_length=profiles.LONGEST_BIO,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class HandleForm(forms.Form):
    """The handle in the address of a creator's public page."""

    handle = HandleField(
        help_text=gettext_lazy(
            "Letters, digits and hyphens. Your old address leads on to the new one. "
            "You can change it once in 30 days."
        )
    )


@require_safe
@for_creators
def profile(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show what the public page says, to be changed."""
    return _show(request, creator)


@require_POST
@for_creators
def change_profile(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Store name and words."""
    form = ProfileForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _show(request, creator, form=form, status=400)
    profiles.change_profile(creator, **form.cleaned_data)
    messages.success(request, _("Your profile is saved."))
    return redirect("creators:profile")


@require_POST
@for_creators
def change_handle(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Change the handle, or say why not."""
    form = HandleForm(request.POST, label_suffix="")
    if form.is_valid():
        try:
            profiles.change_handle(
                creator, form.cleaned_data["handle"], by=person_of(request)
            )
        except DomainError as refusal:
            form.add_error("handle", refusal.message)
        else:
            messages.success(request, _("Your address has changed."))
            return redirect("creators:profile")
    return _show(request, creator, handle_form=form, status=400)


@require_POST
@for_creators
def change_picture(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Put the picture up or take it down; a bad file is answered with why."""
    file = request.FILES.get("picture")
    if request.POST.get("act") == "remove":
        profiles.remove_picture(creator)
        messages.success(request, _("Picture removed."))
    elif file is None:
        messages.error(request, _("Choose a picture first."))
    else:
        try:
            content = clean_picture(file, longest_side=PICTURE_SIDE)
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            profiles.set_picture(creator, content)
            messages.success(request, _("Picture saved."))
    return redirect("creators:profile")


def _show(
    request: HttpRequest,
    creator: Creator,
    *,
    form: ProfileForm | None = None,
    handle_form: HandleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    known = {"display_name": creator.display_name, "bio": creator.bio}
    context = {
        "creator": creator,
        "form": form or ProfileForm(initial=known, label_suffix=""),
        "handle_form": handle_form
        or HandleForm(initial={"handle": creator.handle}, label_suffix=""),
    }
    return render(request, "creators/profile_detail.html", context, status=status)
