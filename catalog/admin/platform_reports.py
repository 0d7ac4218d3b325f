"""Yearly reports to tax offices in the admin: made on a page, taken by an action."""

import datetime as dt
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

from catalog.models import PlatformFiling, PlatformReport
from catalog.services import platform_reports
from shopfront.common.desk import DeskAdmin, DeskTable, Rows
from shopfront.common.errors import DomainError
from shopfront.common.http import person_of
from shopfront.models import User

Open = Callable[..., str]
if TYPE_CHECKING:
    ModelForm = forms.ModelForm[PlatformReport]
else:
    ModelForm = forms.ModelForm


class ReportForm(ModelForm):
    """Which year, for whose tax office, and whether it corrects what was filed."""

    is_correction = forms.BooleanField(
        label=gettext_lazy("Only what differs from what was filed"), required=False
    )

    class Meta:
        model = PlatformReport
        fields = ("market", "year", "sender")


class ReceiptForm(forms.Form):
    """What the tax office answered to a report."""

    receipt = forms.CharField(
        label=gettext_lazy("The office's receipt"), max_length=200
    )


class FilingTable(DeskTable):
    """Whether a tax office has a report, and its receipt."""

    model = PlatformFiling
    related = ("filed_by",)
    fields = ("receipt", "filed_by", "filed_at")


@admin.register(PlatformReport)
class PlatformReportAdmin(DeskAdmin):
    """DAC7 for EU markets, the UK's rules for Great Britain."""

    list_display = (
        "market",
        "year",
        "number",
        "kind",
        "filed_at",
        "sellers_count",
        "small_count",
        "incomplete_count",
        "made_by",
        "made_at",
    )
    list_select_related = ("market", "made_by", "filing")
    list_filter = ("market", "year", "kind")
    inlines = (FilingTable,)
    search_fields = ("public_id", "sender")
    change_list_template = "admin/platform_report_list.html"
    actions = ("take_xml", "take_csv", "file")

    @admin.action(description=gettext_lazy("Take the XML"), permissions=["act"])
    def take_xml(self, request: HttpRequest, rows: Rows) -> HttpResponse:
        """Give one report's file for the tax office; who took it is recorded."""
        return _give(rows[0], platform_reports.open_xml, "xml", person_of(request))

    @admin.action(description=gettext_lazy("Take the CSV"), permissions=["act"])
    def take_csv(self, request: HttpRequest, rows: Rows) -> HttpResponse:
        """Give one report's table; who took it is recorded."""
        return _give(rows[0], platform_reports.open_csv, "csv", person_of(request))

    @admin.action(
        description=gettext_lazy("Say that it was filed"), permissions=["act"]
    )
    def file(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Keep the tax office's receipt; corrections go by what was filed."""
        by = person_of(request)
        return self.decide(
            request,
            rows.order_by("number"),
            title=_("Say that it was filed"),
            form_class=ReceiptForm,
            act=lambda row, said: platform_reports.file_report(
                row, receipt=said["receipt"], by=by
            ),
        )

    @admin.display(description=gettext_lazy("filed at"), ordering="filing__filed_at")
    def filed_at(self, row: PlatformReport) -> dt.datetime | None:
        """Show since when the tax office has it."""
        return row.filing.filed_at if row.is_filed else None

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
            try:
                made = _make(form, by=person_of(request))
            except DomainError as refusal:
                form.add_error(None, str(refusal.message))
            else:
                for report in made:
                    messages.success(request, _describe(report))
                return redirect("admin:catalog_platformreport_changelist")
        context = self.admin_site.each_context(request) | {
            "title": _("Make a yearly report"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/platform_report_make.html", context)


def _make(form: ReportForm, *, by: User) -> list[PlatformReport]:
    facts = form.cleaned_data
    market, year, sender = facts["market"], facts["year"], facts["sender"]
    if facts["is_correction"]:
        return platform_reports.make_correction(market, year, sender=sender, by=by)
    return [platform_reports.make_report(market, year, sender=sender, by=by)]


def _describe(report: PlatformReport) -> str:
    said = _(
        "%(kind)s, number %(number)d: %(sellers)d sellers are in it, %(incomplete)d "
        "lack data."
    )
    return said % {
        "kind": report.get_kind_display(),
        "number": report.number,
        "sellers": report.sellers_count,
        "incomplete": report.incomplete_count,
    }


def _give(report: PlatformReport, open_it: Open, ending: str, by: User) -> HttpResponse:
    response = HttpResponse(
        open_it(report, by=by), content_type=f"application/{ending}; charset=utf-8"
    )
    name = f"{report.file_name}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
