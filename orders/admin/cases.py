"""Cases of shoppers: answered and closed by letters that they read."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import Case, CaseMessage
from orders.services.cases import MOST_TEXT, answer_case, close_case
from shopfront.common.desk import DeskAdmin, DeskTable, Rows
from shopfront.common.http import person_of


class LetterForm(forms.Form):
    """What the shop writes to a shopper."""

    reason = forms.CharField(
        label=gettext_lazy("Letter"),
        max_length=MOST_TEXT,
        help_text=gettext_lazy("Sent to the shopper by e-mail, word for word."),
        widget=forms.Textarea(attrs={"class": "vLargeTextField"}),
    )


class LetterTable(DeskTable):
    """The thread of a case."""

    model = CaseMessage
    related = ("author",)
    show_change_link = False
    fields = ("at", "side", "author", "text")


@admin.register(Case)
class CaseAdmin(DeskAdmin):
    """Cases of shoppers: answered and closed here, by letters that they read."""

    list_display = ("number", "kind", "state", "market", "line", "user", "opened_at")
    list_select_related = ("market", "line", "user")
    list_filter = ("state", "kind", "market")
    search_fields = ("number", "user__email", "line__sku", "line__order__number")
    date_hierarchy = "opened_at"
    inlines = (LetterTable,)
    actions = ("answer", "close")
    change_form_template = "admin/case_change_form.html"

    @admin.action(description=gettext_lazy("Answer"), permissions=["act"])
    def answer(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Write to the shoppers of cases."""
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("user"),
            title=_("Answer"),
            form_class=LetterForm,
            act=lambda row, said: answer_case(row, by=by, text=said["reason"]),
        )

    @admin.action(description=gettext_lazy("Close"), permissions=["act"])
    def close(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Close cases with a last letter."""
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("user"),
            title=_("Close"),
            form_class=LetterForm,
            act=lambda row, said: close_case(row, by=by, reason=said["reason"]),
        )
