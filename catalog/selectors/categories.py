"""The shelves of the shop."""

from django.db.models import Exists, OuterRef

from catalog.models import Category, Product


def list_categories() -> list[Category]:
    """Return the categories that hold something to see, in their order."""
    products = Product.objects.visible().filter(category=OuterRef("pk"))
    return list(Category.objects.filter(Exists(products)))
