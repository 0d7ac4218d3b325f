"""Yearly reports to tax offices in the admin: made on a page, taken by an action."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import PlatformReport
from catalog.services import platform_reports
from shopfront.common.desk import DeskAdmin, Rows
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of
from shopfront.models import User

Open = Callable[..., str]
if TYPE_CHECKING:
    ModelForm = forms.ModelForm[PlatformReport]
else:
    ModelForm = forms.ModelForm


class ReportForm(ModelForm):
    """Which year, for whose tax office."""

    class Meta:
        model = PlatformReport
        fields = ("market", "year", "sender")


@admin.register(PlatformReport)
class PlatformReportAdmin(DeskAdmin):
    """DAC7 for EU markets, the UK's rules for Great Britain."""

    list_display = (
        "market",
        "year",
        "number",
        "sellers_count",
        "small_count",
        "incomplete_count",
        "made_by",
        "made_at",
    )
    list_select_related = ("market", "made_by")
    list_filter = ("market", "year")
    search_fields = ("public_id", "sender")
    change_list_template = "admin/platform_report_list.html"
    actions = ("take_xml", "take_csv")

    @admin.action(description=gettext_lazy("Take the XML"), permissions=["act"])
    def take_xml(self, request: HttpRequest, rows: Rows) -> HttpResponse:
        """Give one report's file for the tax office; who took it is recorded."""
        return _give(rows[0], platform_reports.open_xml, "xml", person_of(request))

    @admin.action(description=gettext_lazy("Take the CSV"), permissions=["act"])
    def take_csv(self, request: HttpRequest, rows: Rows) -> HttpResponse:
        """Give one report's table; who took it is recorded."""
        return _give(rows[0], platform_reports.open_csv, "csv", person_of(request))

    def get_urls(self) -> list[URLPattern]:
        """Add the page that makes a report."""
        page = self.admin_site.admin_view(self.make)
        return [path("make/", page, name="platform-report-make"), *super().get_urls()]

    def make(self, request: HttpRequest) -> HttpResponse:
        """Take market and year, make the report and lead back to the list."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        form = ReportForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            facts = form.cleaned_data
            try:
                made = platform_reports.make_report(
                    facts["market"],
                    facts["year"],
                    sender=facts["sender"],
                    by=person_of(request),
                )
            except DomainError as refusal:
                form.add_error(None, str(refusal.message))
            else:
                said = _(
                    "%(sellers_count)d sellers are in it, "
                    "%(incomplete_count)d lack data."
                )
                messages.success(request, said % vars(made))
                return redirect("admin:catalog_platformreport_changelist")
        context = self.admin_site.each_context(request) | {
            "title": _("Make a yearly report"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/platform_report_make.html", context)


def _give(report: PlatformReport, open_it: Open, ending: str, by: User) -> HttpResponse:
    response = HttpResponse(
        open_it(report, by=by), content_type=f"application/{ending}; charset=utf-8"
    )
    name = f"{report.file_name}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
