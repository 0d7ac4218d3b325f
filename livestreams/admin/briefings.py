"""Briefings in the admin: written from a show, looked at with their answers (P9)."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Brand
from catalog.selectors.brands import find_public_brand
from livestreams.models import Briefing, BriefingLine, Livestream
from livestreams.services.briefings import write_briefing
from shopfront.common.desk import Answers, DeskAdmin, DeskTable, ReasonForm, Rows
from shopfront.common.http import person_of
from shopfront.models import User


class BriefingForm(ReasonForm):
    """Whose wishes they are, one a line."""

    brand = forms.SlugField(
        label=gettext_lazy("Brand's address name"),
        required=False,
        help_text=gettext_lazy("Empty: the operator's own wishes."),
    )
    lines = forms.CharField(
        label=gettext_lazy("Wishes, one a line"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "The host answers each. Nothing about body, clothing or private life; "
            "nothing that punishes."
        ),
    )

    def clean_brand(self) -> Brand | None:
        """Return the brand of the name, or None."""
        slug = self.cleaned_data["brand"]
        brand = find_public_brand(slug) if slug else None
        if slug and brand is None:
            raise forms.ValidationError(_("There is no such brand."))
        return brand


class LineTable(DeskTable):
    """The wishes of all versions, with the host's answers and reports."""

    model = BriefingLine
    fields = ("version", "text", "answer", "answered_at", "reported_at", "report")


@admin.register(Briefing)
class BriefingAdmin(DeskAdmin):
    """What brands and the operator asked for."""

    list_display = ("livestream", "brand", "version", "written_at", "fixed_at")
    list_select_related = ("livestream", "brand")
    list_filter = (("lines__reported_at", admin.EmptyFieldListFilter),)
    search_fields = ("livestream__title", "brand__name", "lines__text")
    date_hierarchy = "written_at"
    inlines = (LineTable,)


def ask_for_briefing(
    desk: DeskAdmin, request: HttpRequest, rows: Rows
) -> HttpResponse | None:
    """Ask for the wishes, then put them before the host."""
    by = person_of(request)
    return desk.decide(
        request,
        rows,
        title=_("Write a briefing"),
        form_class=BriefingForm,
        act=lambda row, said: _write(row, said, by),
    )


def _write(row: Livestream, said: Answers, by: User) -> Briefing:
    lines = said["lines"].splitlines()
    return write_briefing(row, brand=said["brand"], lines=lines, by=by)
