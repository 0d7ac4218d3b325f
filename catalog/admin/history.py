"""The page of all that happened to a variant's pieces."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Stock, Variant
from catalog.selectors.stock import read_stock_history
from shopfront.common.desk import DeskAdmin


class StockHistoryAdmin(DeskAdmin):
    """Adds the page to a list of variants or counters, and a link to it."""

    def find_variant(self, request: HttpRequest, key: str) -> Variant | None:
        """Return the variant of a row of this list."""
        row: Variant | Stock | None = self.get_object(request, key)
        return row.variant if isinstance(row, Stock) else row

    def get_urls(self) -> list[URLPattern]:
        """Add the page."""
        page = self.admin_site.admin_view(self.show_history)
        name = f"{self.opts.model_name}-pieces"
        return [path("<str:key>/pieces/", page, name=name), *super().get_urls()]

    @admin.display(description=gettext_lazy("history"))
    def history_link(self, row: Variant | Stock) -> str:
        """Link to the page."""
        address = reverse(f"admin:{self.opts.model_name}-pieces", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("Pieces"))

    def show_history(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show every movement with the sum after it, and whose the pieces are."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        variant = self.find_variant(request, key)
        if variant is None:
            raise Http404
        context = self.admin_site.each_context(request) | {
            "title": _("Pieces of %(variant)s") % {"variant": variant},
            "opts": self.opts,
            "history": read_stock_history(variant, page=request.GET.get("page", "1")),
        }
        return TemplateResponse(request, "admin/stock_history.html", context)
