"""Which letters a creator wants."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from creators.models import Creator, Notice
from creators.portal.guards import for_creators
from creators.selectors.notices import list_wanted
from creators.services.notices import choose_notices


class NoticesForm(forms.Form):
    """The kinds of letters, ticked where wanted."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Write to me when"),
        choices=Notice.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@require_http_methods(["GET", "POST"])
@for_creators
def notices(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show which letters the creator gets, and store the choice."""
    form = NoticesForm(
        request.POST if request.method == "POST" else None,
        initial={"kinds": list_wanted(creator)},
        label_suffix="",
    )
    if request.method == "POST" and form.is_valid():
        choose_notices(creator, form.cleaned_data["kinds"])
        messages.success(request, _("Your choice is saved."))
        return redirect("creators:notices")
    context = {"form": form, "email": creator.user.email}
    status = 400 if form.errors else 200
    return render(request, "creators/notice_choices.html", context, status=status)
