"""Words of goods in the other languages of the site, from shelves to pictures."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django import forms
from django.contrib import admin, messages
from django.db.models import Field, TextField
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from catalog.models import Bundle, Category, Drop, Product, ProductPicture, Variant
from catalog.models.texts import Texts, Worded, list_other_languages
from catalog.services.texts import write_texts, write_titles
from shopfront.common.desk import (
    Act,
    DeskAdmin,
    ReasonForm,
    ReferenceAdmin,
    Rows,
)
from shopfront.common.http import person_of

if TYPE_CHECKING:
    WordedFields = forms.ModelForm[Worded]
else:
    WordedFields = forms.ModelForm


def make_fields(
    model: type[Worded], *, head: str = "", row: Worded | None = None, of: str = ""
) -> dict[str, forms.Field]:
    """Return a field for each text and language.

    Args:
        model: whose texts.
        head: before the names of the fields.
        row: what is there already.
        of: named in the labels where a form has texts of many rows.
    """
    more = f" ({of})" if of else ""
    return {
        f"{head}{name}_{code}": _make_field(model, name, code, label + more, row)
        for code, label in list_other_languages().items()
        for name in model.WORDS
    }


def read_fields(
    model: type[Worded], facts: Mapping[str, Any], *, head: str = ""
) -> Texts:
    """Return the texts that came in the fields of `make_fields`."""
    return {
        code: {name: facts.get(f"{head}{name}_{code}", "") for name in model.WORDS}
        for code in list_other_languages()
    }


def _make_field(
    model: type[Worded], name: str, code: str, label: str, row: Worded | None
) -> forms.Field:
    column = model._meta.get_field(name)
    assert isinstance(column, Field)
    is_long = isinstance(column, TextField)
    rows = {"rows": 4, "class": "vLargeTextField"}
    return forms.CharField(
        label=f"{capfirst(str(column.verbose_name))}, {label}",
        required=False,
        max_length=column.max_length,
        initial=row.texts.get(code, {}).get(name, "") if row else "",
        widget=forms.Textarea(rows) if is_long else forms.TextInput({"size": 60}),
    )


class WordedForm(WordedFields):
    """A reference row, and its words in other languages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Fill in what is there already."""
        super().__init__(*args, **kwargs)
        for name, field in make_fields(type(self.instance), row=self.instance).items():
            self.initial.setdefault(name, field.initial)

    def clean(self) -> dict[str, Any]:
        """Put the words on the row."""
        facts: dict[str, Any] = super().clean() or {}
        self.instance.texts = read_fields(type(self.instance), facts)
        return facts


def make_form(model: type[Worded]) -> type[WordedForm]:
    """Return the form of reference rows of one kind."""
    meta = type("Meta", (), {"model": model, "exclude": ("texts",)})
    parts = {"__module__": __name__, "Meta": meta, **make_fields(model)}
    return type(f"{model.__name__}Form", (WordedForm,), parts)


class TextsForm(ReasonForm):
    """The words of a product, its variants and pictures in other languages."""

    product: ClassVar[Product]

    @classmethod
    def of(cls, product: Product) -> type[Self]:
        """Return the form for a product."""
        return type(cls.__name__, (cls,), {"product": product})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the texts first, then why."""
        super().__init__(*args, **kwargs)
        self.variants = list(self.product.variants.all())
        self.pictures = list(self.product.pictures.all())
        reason = self.fields.pop("reason")
        self.fields |= make_fields(Product, row=self.product)
        for row in self.variants:
            said = row.title or row.sku
            self.fields |= make_fields(Variant, head=_head(row), row=row, of=said)
        for picture in self.pictures:
            self.fields |= make_fields(
                ProductPicture, head=_head(picture), row=picture, of=str(picture)
            )
        self.fields["reason"] = reason

    def clean(self) -> dict[str, Any]:
        """Gather the texts under `texts`, `variants` and `pictures`."""
        facts: dict[str, Any] = super().clean() or {}
        return facts | {
            "texts": read_fields(Product, facts),
            "variants": {
                row.public_id: read_fields(Variant, facts, head=_head(row))
                for row in self.variants
            },
            "pictures": {
                row.public_id: read_fields(ProductPicture, facts, head=_head(row))
                for row in self.pictures
            },
        }


class TitleForm(ReasonForm):
    """The title of a bundle or a drop in other languages."""

    row: ClassVar[Bundle | Drop]

    @classmethod
    def of(cls, row: Bundle | Drop) -> type[Self]:
        """Return the form for a bundle or a drop."""
        return type(cls.__name__, (cls,), {"row": row})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the titles first, then why."""
        super().__init__(*args, **kwargs)
        reason = self.fields.pop("reason")
        self.fields |= make_fields(type(self.row), row=self.row)
        self.fields["reason"] = reason

    def clean(self) -> dict[str, Any]:
        """Gather the titles under `texts`."""
        facts: dict[str, Any] = super().clean() or {}
        return facts | {"texts": read_fields(type(self.row), facts)}


@admin.register(Category)
class CategoryAdmin(ReferenceAdmin):
    """Shelves of the shop: reference rows."""

    form = make_form(Category)
    list_display = ("name", "slug", "parent", "tax_category", "measured_by", "position")
    list_select_related = ("parent",)
    list_filter = ("tax_category", "measured_by")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


def ask_for_texts(
    page: DeskAdmin, request: HttpRequest, rows: Rows
) -> HttpResponse | None:
    """Ask for one product's words in other languages, and write them."""
    by = person_of(request)
    return _ask(
        page,
        request,
        rows,
        TextsForm,
        lambda row, said: write_texts(
            row,
            said["texts"],
            said["variants"],
            pictures=said["pictures"],
            by=by,
            reason=said["reason"],
        ),
    )


def ask_for_titles(
    page: DeskAdmin, request: HttpRequest, rows: Rows
) -> HttpResponse | None:
    """Ask for the titles of one bundle or drop in other languages, and write them."""
    by = person_of(request)
    return _ask(
        page,
        request,
        rows,
        TitleForm,
        lambda row, said: write_titles(
            row, said["texts"], by=by, reason=said["reason"]
        ),
    )


def _ask(
    page: DeskAdmin,
    request: HttpRequest,
    rows: Rows,
    form: type[TextsForm] | type[TitleForm],
    act: Act,
) -> HttpResponse | None:
    """Ask for the texts of the one row that was chosen."""
    chosen = choose_one(page, request, rows)
    if chosen is None:
        return None
    title = _("Write in other languages")
    return page.decide(request, rows, title=title, form_class=form.of(chosen), act=act)


def choose_one(page: DeskAdmin, request: HttpRequest, rows: Rows) -> Any:
    """Return the one row that was chosen, or say that it must be one."""
    chosen = list(rows[:2])
    if len(chosen) == 1:
        return chosen[0]
    said = _("Choose one: the form is about it alone.")
    page.message_user(request, said, messages.WARNING)
    return None


def _head(row: Variant | ProductPicture) -> str:
    return f"{row.public_id}_"
