"""What helps shoppers choose: given to products and pictures by actions."""

from typing import Any, ClassVar, Self

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.access import list_charts_of, list_variants_shown
from catalog.admin.texts import choose_one
from catalog.models import Product, ProductPicture, SizeChart, Variant
from catalog.services.sizes import set_size_chart, show_variant
from shopfront.common.desk import DeskAdmin, ReasonForm, Rows
from shopfront.common.http import person_of


class ChartForm(ReasonForm):
    """Which table of sizes a product has."""

    product: ClassVar[Product]
    chart: "forms.ModelChoiceField[SizeChart]" = forms.ModelChoiceField(
        None,
        label=gettext_lazy("Size table"),
        required=False,
        help_text=gettext_lazy("Empty: none. Tables are made under “Size tables”."),
    )
    field_order = ("chart", "reason")

    @classmethod
    def of(cls, product: Product) -> type[Self]:
        """Return the form for a product."""
        return type(cls.__name__, (cls,), {"product": product})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the tables of the brand."""
        super().__init__(*args, **kwargs)
        field = self.fields["chart"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = list_charts_of(self.product)


class VariantForm(ReasonForm):
    """Which variant a picture shows."""

    picture: ClassVar[ProductPicture]
    variant: "forms.ModelChoiceField[Variant]" = forms.ModelChoiceField(
        None,
        label=gettext_lazy("Variant"),
        required=False,
        help_text=gettext_lazy("Empty: all of them."),
    )
    field_order = ("variant", "reason")

    @classmethod
    def of(cls, picture: ProductPicture) -> type[Self]:
        """Return the form for a picture."""
        return type(cls.__name__, (cls,), {"picture": picture})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the variants of the product."""
        super().__init__(*args, **kwargs)
        field = self.fields["variant"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = list_variants_shown(self.picture)


def ask_for_chart(
    page: DeskAdmin, request: HttpRequest, rows: Rows
) -> HttpResponse | None:
    """Ask which table of sizes one product has."""
    product = choose_one(page, request, rows)
    if product is None:
        return None
    by = person_of(request)
    return page.decide(
        request,
        rows,
        title=_("Give it a size table"),
        form_class=ChartForm.of(product),
        act=lambda row, said: set_size_chart(
            row, said["chart"], by=by, reason=said["reason"]
        ),
    )


@admin.register(ProductPicture)
class ProductPictureAdmin(DeskAdmin):
    """Photographs, what they show, and whether their renditions are made."""

    list_display = (
        "public_id",
        "product",
        "variant",
        "alt",
        "width",
        "height",
        "state",
    )
    list_select_related = ("product", "variant__product")
    list_filter = ("state",)
    search_fields = ("product__title", "content_hash")
    actions = ("show",)

    @admin.action(
        description=gettext_lazy("Say which variant it shows"), permissions=["act"]
    )
    def show(self, request: HttpRequest, rows: Rows) -> HttpResponse | None:
        """Put a picture beside the choice of its variant."""
        picture = choose_one(self, request, rows)
        if picture is None:
            return None
        by = person_of(request)
        return self.decide(
            request,
            rows,
            title=_("Say which variant it shows"),
            form_class=VariantForm.of(picture),
            act=lambda row, said: show_variant(
                row, said["variant"], by=by, reason=said["reason"]
            ),
        )
