"""What the admin pages of all apps share: looking freely, acting with a reason."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy, ngettext

from shopfront.common.errors import DomainError
from shopfront.common.fields import MinorField
from shopfront.common.money import Money

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline

Rows = QuerySet[Any]
Answers = Mapping[str, Any]
Act = Callable[[Any, Answers], object]


class ReasonForm(forms.Form):
    """Why somebody of the staff decides something; kept in the audit log."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy(
            "Kept in the audit log, and shown to those whom it concerns."
        ),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class MomentField(forms.SplitDateTimeField):
    """A day and a time by the clock of a market, which `in_zone` reads it in."""

    def __init__(self, *, label: "StrOrPromise") -> None:
        """Ask with the browser's own pickers."""
        day: dict[str, Any] = {"type": "date", "aria-label": gettext_lazy("Day")}
        time: dict[str, Any] = {"type": "time", "aria-label": gettext_lazy("Time")}
        super().__init__(
            label=label,
            help_text=gettext_lazy("By the clock of the market."),
            input_date_formats=["%Y-%m-%d"],
            input_time_formats=["%H:%M", "%H:%M:%S"],
            widget=forms.SplitDateTimeWidget(
                date_attrs=day,
                date_format="%Y-%m-%d",
                time_attrs=time,
                time_format="%H:%M",
            ),
        )


def in_zone(moment: dt.datetime, zone: str) -> dt.datetime:
    """Return the moment that a field's day and time are in a zone."""
    return moment.replace(tzinfo=ZoneInfo(zone))


def arrange(form: forms.Form) -> forms.Form:
    """Ask for the reason last, and begin with the first field, or the first wrong one.

    A form with an order of its own keeps it.
    """
    if form.field_order is None and "reason" in form.fields:
        form.fields["reason"] = form.fields.pop("reason")
    shown = form.visible_fields()
    wrong = (field for field in shown if form.is_bound and field.errors)
    first = next(wrong, None) or next(iter(shown), None)
    if first is not None:
        first.field.widget.attrs["autofocus"] = True
    return form


class DeskAdmin(ModelAdmin):
    """Rows that are looked at and searched; nothing but an action changes them."""

    list_per_page = 50
    show_full_result_count = False
    save_on_top = False
    change_form_template = "admin/desk_change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse new rows: services make them."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse forms: services change rows."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse deletion: history is kept."""
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Whether this person may run the actions of the page."""
        name = self.opts.model_name
        return bool(request.user.has_perm(f"{self.opts.app_label}.change_{name}"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a row with the actions that this person may run on it."""
        offered = [
            {"name": action[1], "label": action[2]}
            for action in self.get_actions(request).values()
            if action is not None
        ]
        context = {"desk_actions": offered} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def decide(
        self,
        request: HttpRequest,
        rows: Rows,
        *,
        title: str,
        act: Act,
        form_class: type[forms.Form] = ReasonForm,
        name: Callable[[Any], str] = str,
    ) -> HttpResponse | None:
        """Ask for a reason, then act on each row; None once that is done.

        Args:
            request: the first time without answers.
            rows: what was chosen.
            title: what is done.
            act: does it to one row, with the answers.
            form_class: what is asked.
            name: says what a row is, where its own name is not enough to decide.
        """
        is_sent = "decided" in request.POST
        typed = (request.POST, request.FILES) if is_sent else ()
        form = form_class(*typed)
        if not is_sent or not form.is_valid():
            context = self.admin_site.each_context(request) | {
                "title": title,
                "opts": self.opts,
                "rows": [(row, name(row)) for row in rows],
                "form": arrange(form),
                "action": request.POST.get("action", ""),
                "checkbox": ACTION_CHECKBOX_NAME,
                "has_view_permission": True,
            }
            return TemplateResponse(request, "admin/desk_decide.html", context)
        self._act_on(request, rows, title, act, form.cleaned_data)
        return None

    def _act_on(
        self, request: HttpRequest, rows: Rows, title: str, act: Act, answers: Answers
    ) -> None:
        done = 0
        for row in rows:
            try:
                act(row, answers)
            except DomainError as refusal:
                self.message_user(request, f"{row}: {refusal.message}", messages.ERROR)
            else:
                done += 1
                note = f"{title}: {answers.get('reason', '')}".rstrip(": ")
                self.log_change(request, row, note)
        if done:
            said = ngettext("%(title)s: %(n)d done.", "%(title)s: %(n)d done.", done)
            self.message_user(request, said % {"title": title, "n": done})


class ReferenceAdmin(ModelAdmin):
    """Plain reference rows without a service: added and changed, never deleted."""

    list_per_page = 50
    show_full_result_count = False

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Refuse sums with a point where pence or cents are asked for."""
        if db_field.name.endswith("_minor"):
            kwargs["form_class"] = MinorField
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse deletion: other rows point here."""
        return False


class DeskTable(TabularInline):
    """Rows below another row, to look at."""

    extra = 0
    can_delete = False
    show_change_link = True
    related: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> Rows:
        """Read what the rows name together with them."""
        rows = super().get_queryset(request)
        return rows.select_related(*self.related) if self.related else rows

    def has_add_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse new rows."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Refuse forms."""
        return False


class AmountColumn:
    """Mixin: the amount of a row as money, not as minor units."""

    amount_field: ClassVar[str] = "amount_minor"

    @admin.display(description=gettext_lazy("amount"))
    def amount_shown(self, row: Any) -> str:
        """Format the amount by its currency."""
        return show_amount(getattr(row, self.amount_field), row.currency)


def show_amount(minor: int, currency: str) -> str:
    """Return minor units of a currency as staff read them."""
    return Money(minor, currency).format()
