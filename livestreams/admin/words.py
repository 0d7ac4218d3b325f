"""Word lists in the admin: edited one entry a line, and tried on a line of chat."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creators.models import Creator
from creators.selectors.public import find_public_creator
from livestreams.models import WordList
from livestreams.services import word_lists
from shopfront.common.desk import ReferenceAdmin
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of

if TYPE_CHECKING:
    ListForm = forms.ModelForm[WordList]
else:
    ListForm = forms.ModelForm

LANGUAGES = [(code[:2], name) for code, name in settings.SPOKEN_LANGUAGES]


class WordListForm(ListForm):
    """A list as staff type it."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("Every language")), *LANGUAGES],
        required=False,
    )
    words = forms.CharField(
        label=gettext_lazy("Words"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 24, "cols": 60}),
        help_text=gettext_lazy(
            "One word or phrase a line; fuck* stands for all that begins so, *idiot "
            "for all that ends so. Tricks of writing are seen through."
        ),
    )

    class Meta:
        model = WordList
        fields = ("market", "creator", "language", "severity", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["words"] = "\n".join(self.instance.words)

    def clean_words(self) -> list[str]:
        """Read one entry a line."""
        entries = word_lists.read_lines(self.cleaned_data["words"])
        try:
            word_lists.check_entries(entries, most=word_lists.MOST_WORDS_OF_SITE)
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from refusal
        return entries

    def clean(self) -> dict[str, Any]:
        """Let the site alone say what is never stopped."""
        facts: dict[str, Any] = super().clean() or {}
        is_allowing = facts.get("severity") == WordList.Severity.ALLOW
        if is_allowing and facts.get("creator"):
            self.add_error("severity", _("A creator's list can only forbid words."))
        return facts


class TryForm(ListForm):
    """A line of chat, and the room in which it is tried."""

    line = forms.CharField(
        label=gettext_lazy("Try a line"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the show"), choices=LANGUAGES
    )
    handle = forms.CharField(
        label=gettext_lazy("Handle of a creator"), max_length=40, required=False
    )

    class Meta:
        model = WordList
        fields = ("market",)

    field_order = ("line", "language", "market", "handle")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["market"].required = True

    def clean_handle(self) -> Creator | None:
        """Find the creator whose own list holds too."""
        handle = self.cleaned_data["handle"]
        creator = find_public_creator(handle) if handle else None
        if handle and creator is None:
            raise forms.ValidationError(_("No creator has this handle."))
        return creator


@admin.register(WordList)
class WordListAdmin(ReferenceAdmin):
    """Lists of words: the site's, a market's, a creator's."""

    form = WordListForm
    list_display = ("__str__", "market", "creator", "words_count", "updated_at")
    list_select_related = ("market", "creator")
    list_filter = ("severity", "language", "market")
    search_fields = ("creator__handle", "creator__display_name")
    autocomplete_fields = ("creator",)
    readonly_fields = ("updated_at",)
    change_list_template = "admin/word_list_list.html"

    @admin.display(description=gettext_lazy("words"))
    def words_count(self, row: WordList) -> int:
        """Count the entries of a list."""
        return len(row.words)

    def save_model(
        self, request: HttpRequest, obj: WordList, form: Any, change: bool
    ) -> None:
        """Store a list by its service."""
        word_lists.save_list(obj, by=person_of(request))

    def get_urls(self) -> list[URLPattern]:
        """Add the page that tries a line."""
        page = self.admin_site.admin_view(self.try_line)
        return [path("try/", page, name="word-try"), *super().get_urls()]

    def try_line(self, request: HttpRequest) -> HttpResponse:
        """Show what would become of a line."""
        form = TryForm(request.GET if "line" in request.GET else None)
        said = ""
        if form.is_valid():
            facts = form.cleaned_data
            said = word_lists.try_line(
                facts["line"],
                market=facts["market"],
                language=facts["language"],
                creator=facts["handle"],
            )
        context = self.admin_site.each_context(request) | {
            "title": _("Try a line"),
            "opts": self.opts,
            "form": form,
            "said": said,
        }
        return TemplateResponse(request, "admin/word_try.html", context)
