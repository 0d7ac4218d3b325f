"""Payouts with their statements, and self-billed invoices, in the admin (E8, E9)."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from creators.models import Payout, SelfBilledInvoice
from creators.selectors.papers import render_invoice, render_statement
from creators.selectors.tables import write_payout
from shopfront.common.desk import AmountColumn, DeskAdmin, Rows
from shopfront.common.http import person_of

PDF, CSV = "application/pdf", "text/csv; charset=utf-8"


@admin.register(Payout)
class PayoutAdmin(AmountColumn, DeskAdmin):
    """Payouts of creators and brands, by owner and state; one's statement as file."""

    list_display = ("public_id", "details", "amount_shown", "state", "reason")
    list_select_related = ("details", "account", "run__rule__market")
    list_filter = ("account__owner_kind", "state", "currency")
    search_fields = ("public_id", "account__owner_ref", "invoice_number")
    actions = ("statement_paper", "statement_sheet")

    @admin.action(description=gettext_lazy("Statement (PDF)"), permissions=["view"])
    def statement_paper(self, request: HttpRequest, rows: Rows) -> HttpResponse:
        """Give the first chosen payout's statement as PDF."""
        payout: Payout = rows.select_related(*self.list_select_related)[0]
        content = render_statement(payout, person_of(request).language)
        return _answer(content, PDF, f"statement-{payout.public_id}.pdf")

    @admin.action(description=gettext_lazy("Statement (CSV)"), permissions=["view"])
    def statement_sheet(self, request: HttpRequest, rows: Rows) -> HttpResponse:
        """Give the first chosen payout's lines as CSV."""
        payout: Payout = rows.select_related(*self.list_select_related)[0]
        text = "".join(write_payout(payout))
        return _answer(text.encode(), CSV, f"statement-{payout.public_id}.csv")


@admin.register(SelfBilledInvoice)
class SelfBilledInvoiceAdmin(DeskAdmin):
    """Invoices that were written in creators' names; none is ever changed."""

    list_display = ("name", "kind", "creator", "total", "tax", "issued_at")
    list_select_related = ("creator",)
    list_filter = ("kind", "currency")
    search_fields = ("name", "creator__display_name", "payout__public_id")
    date_hierarchy = "issued_at"
    actions = ("paper",)

    @admin.action(description=gettext_lazy("Document (PDF)"), permissions=["view"])
    def paper(self, request: HttpRequest, rows: Rows) -> HttpResponse:
        """Give the first chosen document as PDF."""
        invoice: SelfBilledInvoice = rows[0]
        content = render_invoice(invoice, person_of(request).language)
        return _answer(content, PDF, f"{invoice.name}.pdf")


def _answer(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
