"""German words of the demo's goods."""

import csv
from pathlib import Path

from catalog.models import Category, Product, Variant

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


def _name(variant: Variant, title: str) -> Variant:
    variant.texts = {LANGUAGE: {"title": title}}
    return variant


def _read_table() -> dict[str, dict[str, str]]:
    with TABLE.open(newline="") as file:
        return {row["slug"]: row for row in csv.DictReader(file)}
