"""German words of the demo's goods, their pictures, a bundle and a drop."""

import csv
from pathlib import Path

from django.db.models import F

from catalog.models import Bundle, Category, Drop, Product, ProductPicture, Variant

TABLE = Path(__file__).with_name("german.csv")
LANGUAGE = "de"
SHELVES = {
    "furniture": "Möbel",
    "plants": "Pflanzen",
    "cameras": "Kameras",
    "shoes": "Schuhe",
    "outdoors": "Draußen",
    "computers": "Computer",
}


TITLES = {
    "The quiet desk": "Der ruhige Schreibtisch",
    "The reading corner": "Die Leseecke",
    "Boards at a set moment": "Boards zur festen Stunde",
    "Shoes for who pays first": "Schuhe für alle, die zuerst bezahlen",
}


def ensure_german() -> None:
    """Give goods that have no German words theirs; what staff wrote stays."""
    for slug, name in SHELVES.items():
        Category.objects.filter(slug=slug, texts={}).update(
            texts={LANGUAGE: {"name": name}}
        )
    rows = _read_table()
    products = list(
        Product.objects.filter(slug__in=rows, texts={}).prefetch_related("variants")
    )
    variants = []
    for product in products:
        row = rows[product.slug]
        said = {name: row[name] for name in Product.WORDS if row[name]}
        product.texts = {LANGUAGE: said}
        titles = row["variants"].split(";") if row["variants"] else []
        pairs = zip(product.variants.all(), titles, strict=False)
        variants += [_name(variant, title) for variant, title in pairs]
    Product.objects.bulk_update(products, ["texts"])
    Variant.objects.bulk_update(variants, ["texts"])


def ensure_german_titles() -> None:
    """Give pictures, bundles and drops that have no German words theirs."""
    _name_pictures()
    for model in (Bundle, Drop):
        for row in model._default_manager.filter(texts={}, title__in=TITLES):
            row.texts = {LANGUAGE: {"title": TITLES[row.title]}}
            row.save(update_fields=["texts"])


def _name_pictures() -> None:
    """Say what pictures show where their products' titles say it in English."""
    pictures = ProductPicture.objects.filter(texts={}, alt=F("product__title"))
    named = list(pictures.exclude(product__texts={}).select_related("product"))
    for picture in named:
        title = picture.product.words("title", LANGUAGE)
        picture.texts = {LANGUAGE: {"alt": title}}
    ProductPicture.objects.bulk_update(named, ["texts"])


def _name(variant: Variant, title: str) -> Variant:
    variant.texts = {LANGUAGE: {"title": title}}
    return variant


def _read_table() -> dict[str, dict[str, str]]:
    with TABLE.open(newline="") as file:
        return {row["slug"]: row for row in csv.DictReader(file)}
