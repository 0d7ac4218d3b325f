"""A creator's own words: what the chat of all own shows blocks, holds or flags."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from creators.models import Creator
from creators.portal.guards import for_creators
from livestreams.services import word_lists
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of


class WordField(forms.CharField):
    """Words as creators type them, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the entries, each once."""
        return word_lists.read_lines(super().clean(value))

    def prepare_value(self, value: Any) -> Any:
        """Write the entries one a line."""
        return "\n".join(value) if isinstance(value, list) else value


class WordsForm(forms.Form):
    """Three lists, by what happens to a message."""

    block = WordField(
        label=gettext_lazy("Block"),
        help_text=gettext_lazy("The message is refused, and its author reads why."),
    )
    hold = WordField(
        label=gettext_lazy("Hold for review"),
        help_text=gettext_lazy(
            "Only the author sees it until somebody has looked at it."
        ),
    )
    flag = WordField(
        label=gettext_lazy("Show, and tell the moderators"),
        help_text=gettext_lazy("Everybody sees it at once, marked in your studio."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class LineForm(forms.Form):
    """A line to try."""

    line = forms.CharField(label=gettext_lazy("A message"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


@never_cache
@require_http_methods(["GET", "POST"])
@for_creators
def word_lists_page(request: HttpRequest, creator: Creator) -> HttpResponse:
    """Show and change a creator's own words, and try a line against them."""
    form = WordsForm(
        request.POST or None, initial=word_lists.list_creator_words(creator)
    )
    if request.method == "POST" and form.is_valid():
        try:
            word_lists.change_creator_lists(
                creator, by=person_of(request), words=form.cleaned_data
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Saved. It counts within ten seconds."))
            return redirect("creators:words")
    trial = LineForm(request.GET if "line" in request.GET else None)
    said = _try_line(creator, trial.cleaned_data["line"]) if trial.is_valid() else ""
    context = {"form": form, "trial": trial, "said": said}
    return render(request, "creators/portal_words.html", context)


def _try_line(creator: Creator, line: str) -> str:
    languages = creator.market.languages or ["en"]
    return word_lists.try_line(
        line, market=creator.market, language=languages[0], creator=creator
    )
