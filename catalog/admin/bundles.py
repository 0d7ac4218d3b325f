"""Bundles in the admin: made for a brand after a look at the figures."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.access import find_variants
from catalog.admin.forms import PriceForm
from catalog.admin.texts import ask_for_titles
from catalog.models import Brand, Bundle, BundlePart, BundlePrice, Variant
from catalog.selectors.bundles import PartFigure, figure_bundle
from catalog.services.bundles import end_bundle, make_bundle, set_bundle_price
from shopfront.common.desk import AmountColumn, DeskAdmin, DeskTable, Rows
from shopfront.common.http import person_of
from shopfront.models import Market, User

Said = dict[str, Any]


class FiguresForm(PriceForm):
    """A price that is written down only after a look at what it does."""

    is_looked_at = forms.BooleanField(
        label=gettext_lazy("I have looked at the figures"),
        required=False,
        help_text=gettext_lazy("Without it the figures are shown and nothing is done."),
    )

    def show_figures(self, pieces: Sequence[tuple[Variant, int]]) -> None:
        """Show what each part would bring, until somebody has looked at it.

        Raises:
            ValidationError: the figures, one sentence a part.
        """
        said = self.cleaned_data
        market, amount = said.get("market"), said.get("amount_minor")
        if said.get("is_looked_at") or not isinstance(market, Market) or not amount:
            return
        figures = figure_bundle(pieces, market, amount)
        raise ValidationError(_tell(figures, pieces))


class BundleForm(FiguresForm):
    """Title, parts by SKU and the first price."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=80)
    parts = forms.CharField(
        label=gettext_lazy("Parts"),
        help_text=gettext_lazy("A SKU and a number of pieces on each line: MUG-BLUE 2"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    field_order = ("title", "parts", "market", "amount_minor", "reason", "is_looked_at")

    def clean_parts(self) -> list[tuple[Variant, int]]:
        """Read the variants and numbers."""
        rows = [row.split() for row in self.cleaned_data["parts"].splitlines()]
        wanted = [(row[0], row[1] if len(row) > 1 else "1") for row in rows if row]
        found = find_variants([sku for sku, _count in wanted])
        for sku, count in wanted:
            if sku not in found:
                raise ValidationError(_("There is no SKU %(sku)s.") % {"sku": sku})
            if not (count.isascii() and count.isdigit() and 0 < len(count) <= 2):
                raise ValidationError(_("%(count)s is no number.") % {"count": count})
        return [(found[sku], int(count)) for sku, count in wanted]

    def clean(self) -> Said:
        """Show the figures until somebody has looked at them."""
        said: Said = super().clean() or {}
        if "parts" in said:
            self.show_figures(said["parts"])
        return said


class PartTable(DeskTable):
    """The parts of a bundle."""

    model = BundlePart
    related = ("variant__product",)
    fields = ("variant", "quantity", "position")


class PriceTable(DeskTable):
    """Every price that a bundle ever had."""

    model = BundlePrice
    related = ("market",)
    fields = ("market", "amount_minor", "currency", "valid_from", "valid_until")


@admin.register(Bundle)
class BundleAdmin(DeskAdmin):
    """Bundles with their parts and prices; made on the brand's page."""

    list_display = ("title", "brand", "is_active", "created_at")
    list_select_related = ("brand",)
    list_filter = ("is_active", "brand")
    search_fields = ("title", "brand__name", "parts__variant__sku", "public_id")
    inlines = (PartTable, PriceTable)
    actions = ("price", "write", "end")

    @admin.action(
        description=gettext_lazy("Write in other languages"), permissions=["act"]
    )
    def write(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Write a bundle's title in the other languages of the site."""
        return ask_for_titles(self, request, rows)

    @admin.action(description=gettext_lazy("Set a price"), permissions=["act"])
    def price(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Give a new public price from now on."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Set a price"),
            form_class=PriceForm,
            act=lambda row, said: set_bundle_price(
                row,
                said["market"],
                said["amount_minor"],
                by=by,
                reason=said["reason"],
            ),
        )

    @admin.action(description=gettext_lazy("Take off sale"), permissions=["act"])
    def end(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """End bundles for good; what was bought stays."""
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Take off sale"),
            act=lambda row, said: end_bundle(row, by=by, reason=said["reason"]),
        )


@admin.register(BundlePrice)
class BundlePriceAdmin(AmountColumn, DeskAdmin):
    """Every public price of every bundle."""

    list_display = ("bundle", "market", "amount_shown", "valid_from", "valid_until")
    list_select_related = ("bundle", "market")
    list_filter = ("market",)
    search_fields = ("bundle__title",)
    date_hierarchy = "valid_from"


def make_for(brand: Brand, said: Any, by: User) -> Bundle:
    """Make a bundle of a brand at its first price."""
    return make_bundle(
        brand,
        title=said["title"],
        pieces=said["parts"],
        by=by,
        reason=said["reason"],
        first_price=(said["market"], said["amount_minor"]),
    )


def _tell(
    figures: Sequence[PartFigure], pieces: Sequence[tuple[Variant, int]]
) -> list[str]:
    """Return the figures in sentences."""
    if len(figures) < len(pieces):
        return [_("A part has no price in this market.")]
    told = [
        _("%(count)d x %(sku)s: %(share)s instead of %(apart)s; %(left)d on hand.")
        % {
            "count": one.quantity,
            "sku": one.variant.sku,
            "share": one.share.format(),
            "apart": one.apart.format(),
            "left": one.available,
        }
        for one in figures
    ]
    enough = min((one.available // one.quantity for one in figures), default=0)
    return [
        *told,
        _("Enough for %(count)d bundles. Tick the box to go on.") % {"count": enough},
    ]
