"""Reported products in the admin: one case each, decided, appealed, put back."""

import datetime as dt
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import (
    ProductAppeal,
    ProductReport,
    ReportAppeal,
    ReportedProduct,
    ReportReason,
)
from catalog.selectors import describe_picture
from catalog.selectors.product_reports import count_reasons
from catalog.services import product_appeals, product_decisions, report_appeals
from shopfront.common.desk import Answers, DeskAdmin, DeskTable, ReasonForm, Rows
from shopfront.common.http import person_of


class WithdrawForm(ReasonForm):
    """On which ground, and why."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"),
        choices=ReportedProduct.Ground,
        help_text=gettext_lazy("Name the law or the term in the reason."),
    )


class ProductReportTable(DeskTable):
    """Who reported a product, why, and in which words."""

    model = ProductReport
    related = ("reporter", "appeal")
    show_change_link = False
    fields = (
        "created_at",
        "reason",
        "words",
        "reporter",
        "email",
        "public_id",
        "appealed",
    )
    readonly_fields = ("public_id", "appealed")

    @admin.display(description=gettext_lazy("appeal"))
    def appealed(self, row: ProductReport) -> str:
        """Say what the reporter said against our answer, if anything."""
        appeal = getattr(row, "appeal", None)
        return f"{appeal.get_state_display()}: {appeal.text}" if appeal else ""


class AppealTable(DeskTable):
    """What the brand says against the decision, and what was answered."""

    model = ProductAppeal
    related = ("person", "decided_by")
    fields = ("created_at", "person", "text", "state", "decided_by", "answer")


class HistoryTable(DeskTable):
    """Every state that the case was in."""

    model = apps.get_model("catalog", "ReportedProductEvent")
    related = ("decided_by",)
    fk_name = "pgh_obj"
    show_change_link = False
    verbose_name_plural = gettext_lazy("History")
    fields = ("at", "state", "decided_by", "ground", "answer")
    readonly_fields = ("at",)
    ordering = ("pgh_id",)

    @admin.display(description=gettext_lazy("at"))
    def at(self, row: Any) -> dt.datetime:
        """Show since when the case was so."""
        since: dt.datetime = row.pgh_created_at
        return since


@admin.register(ReportedProduct)
class ReportedProductAdmin(DeskAdmin):
    """Products that people reported, the urgent and the newest first."""

    list_display = (
        "reported_at",
        "product",
        "brand",
        "urgency",
        "reasons",
        "state",
        "decided_by",
        "answer",
    )
    list_select_related = ("product__brand", "decided_by")
    list_filter = ("state", "is_urgent")
    search_fields = ("product__title", "product__brand__name", "public_id")
    date_hierarchy = "reported_at"
    ordering = (F("decided_at").desc(nulls_first=True), "-is_urgent", "-reported_at")
    fields = (
        "shown",
        "product_state",
        "reasons",
        "urgency",
        "created_at",
        "reported_at",
        "state",
        "ground",
        "answer",
        "decided_by",
        "decided_at",
        "state_before",
    )
    readonly_fields = ("shown", "reasons", "urgency", "product_state")
    inlines = (ProductReportTable, AppealTable, HistoryTable)
    actions = ("withdraw", "clear", "put_back")

    def get_queryset(self, request: HttpRequest) -> Rows:
        """Count the reports of each reason."""
        return count_reasons(super().get_queryset(request))

    @admin.display(description=gettext_lazy("brand"))
    def brand(self, row: ReportedProduct) -> str:
        """Name who supplies it."""
        return row.product.brand.name

    @admin.display(description=gettext_lazy("product's state"))
    def product_state(self, row: ReportedProduct) -> str:
        """Say whether it is on sale now."""
        return row.product.get_state_display()

    @admin.display(description=gettext_lazy("urgency"), ordering="is_urgent")
    def urgency(self, row: ReportedProduct) -> str:
        """Say in a word whether somebody speaks of danger."""
        return _("Urgent") if row.is_urgent else ""

    @admin.display(description=gettext_lazy("reports"))
    def reasons(self, row: ReportedProduct) -> str:
        """Count the reports, by reason."""
        counts = [(getattr(row, f"count_{one}"), one.label) for one in ReportReason]
        return ", ".join(f"{label}: {count}" for count, label in counts if count)

    @admin.display(description=gettext_lazy("what it is"))
    def shown(self, row: ReportedProduct) -> SafeString:
        """Show its picture and words, with the way to its pages."""
        first = row.product.pictures.shown().first()
        context = {
            "product": row.product,
            "picture": describe_picture(first) if first else None,
        }
        return render_to_string("admin/_reported_product.html", context)

    @admin.action(description=gettext_lazy("Withdraw from sale"), permissions=["act"])
    def withdraw(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Agree with reports: products leave the shop and every show."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Withdraw from sale"),
            form_class=WithdrawForm,
            act=lambda row, said: product_decisions.withdraw_reported(
                row, ground=said["ground"], by=by, reason=said["reason"]
            ),
        )

    @admin.action(description=gettext_lazy("Nothing is wrong"), permissions=["act"])
    def clear(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Find nothing wrong with products: they stay on sale."""
        by = person_of(request)

        def act(row: ReportedProduct, said: Answers) -> None:
            product_decisions.clear_reported(row, by=by, reason=said["reason"])

        return self.decide(request, rows, title=_("Nothing is wrong"), act=act)

    @admin.action(description=gettext_lazy("Put back as it was"), permissions=["act"])
    def put_back(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Undo withdrawals that were decided here."""
        by = person_of(request)

        def act(row: ReportedProduct, said: Answers) -> None:
            product_decisions.put_back(row, by=by, reason=said["reason"])

        return self.decide(request, rows, title=_("Put back as it was"), act=act)


@admin.register(ProductAppeal)
class ProductAppealAdmin(DeskAdmin):
    """Appeals of brands; who withdrew the product may not decide."""

    list_display = (
        "created_at",
        "due_shown",
        "person",
        "case",
        "text",
        "state",
        "decided_by",
    )
    list_select_related = ("person", "case__product", "decided_by")
    list_filter = ("state",)
    search_fields = ("person__email", "case__product__title", "text", "public_id")
    date_hierarchy = "created_at"
    ordering = (F("decided_at").desc(nulls_first=True), "id")
    readonly_fields = ("withdrawn_for",)
    actions = ("grant", "refuse")

    @admin.display(description=gettext_lazy("decide by"))
    def due_shown(self, row: ProductAppeal) -> dt.datetime:
        """Show until when it is decided."""
        return row.due_at

    @admin.display(description=gettext_lazy("withdrawn because"))
    def withdrawn_for(self, row: ProductAppeal) -> str:
        """Show the reason that was given, and by whom."""
        case = row.case
        reasons = [one for one in (case.get_ground_display(), case.answer) if one]
        return f"{'. '.join(reasons)} ({case.decided_by})"

    @admin.action(description=gettext_lazy("Grant"), permissions=["act"])
    def grant(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Put the product back as it was, and tell the brand."""
        by = person_of(request)

        def act(row: ProductAppeal, said: Answers) -> None:
            product_appeals.grant_product_appeal(row, by=by, answer=said["reason"])

        return self.decide(request, _with_case(rows), title=_("Grant"), act=act)

    @admin.action(description=gettext_lazy("Refuse"), permissions=["act"])
    def refuse(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let the product stay off sale, and tell who appealed why."""
        by = person_of(request)

        def act(row: ProductAppeal, said: Answers) -> None:
            product_appeals.refuse_product_appeal(row, by=by, answer=said["reason"])

        return self.decide(request, _with_case(rows), title=_("Refuse"), act=act)


@admin.register(ReportAppeal)
class ReportAppealAdmin(DeskAdmin):
    """Appeals of people who reported; who let the product stand may not decide."""

    list_display = (
        "created_at",
        "due_shown",
        "product",
        "text",
        "state",
        "decided_by",
    )
    list_select_related = ("report__case__product", "decided_by")
    list_filter = ("state",)
    search_fields = ("report__public_id", "report__case__product__title", "text")
    date_hierarchy = "created_at"
    ordering = (F("decided_at").desc(nulls_first=True), "id")
    fields = (
        "product",
        "reported_for",
        "let_stand_for",
        "created_at",
        "due_shown",
        "text",
        "state",
        "decided_by",
        "decided_at",
        "answer",
    )
    readonly_fields = ("product", "reported_for", "let_stand_for", "due_shown")
    actions = ("grant", "refuse")

    @admin.display(description=gettext_lazy("product"))
    def product(self, row: ReportAppeal) -> SafeString:
        """Name what was reported, with the way to its case."""
        case = row.report.case
        address = reverse("admin:catalog_reportedproduct_change", args=[case.pk])
        return format_html('<a href="{}">{}</a>', address, case.product)

    @admin.display(description=gettext_lazy("decide by"))
    def due_shown(self, row: ReportAppeal) -> str:
        """Show until when it is decided."""
        return date_format(localtime(row.due_at), "DATETIME_FORMAT")

    @admin.display(description=gettext_lazy("reported because"))
    def reported_for(self, row: ReportAppeal) -> str:
        """Show what the reporter said first."""
        said = [row.report.get_reason_display(), row.report.words]
        return ". ".join(one for one in said if one)

    @admin.display(description=gettext_lazy("let stand because"))
    def let_stand_for(self, row: ReportAppeal) -> str:
        """Show the answer that the case has now, and by whom."""
        case = row.report.case
        return f"{case.answer} ({case.decided_by})"

    @admin.action(description=gettext_lazy("Grant"), permissions=["act"])
    def grant(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Withdraw the product after all, and tell who is concerned."""
        by = person_of(request)
        return self.decide(
            request,
            rows.select_related("report"),
            title=_("Grant"),
            form_class=WithdrawForm,
            act=lambda row, said: report_appeals.grant_report_appeal(
                row, ground=said["ground"], by=by, answer=said["reason"]
            ),
        )

    @admin.action(description=gettext_lazy("Refuse"), permissions=["act"])
    def refuse(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Let the product stay on sale, and tell who appealed why."""
        by = person_of(request)

        def act(row: ReportAppeal, said: Answers) -> None:
            report_appeals.refuse_report_appeal(row, by=by, answer=said["reason"])

        rows = rows.select_related("report")
        return self.decide(request, rows, title=_("Refuse"), act=act)


def _with_case(rows: Rows) -> Rows:
    return rows.select_related("person", "case__product")
