"""The size that somebody bought last, as the app above that knows orders tells it."""

from collections.abc import Callable

from catalog.models import Product
from shopfront.models import User

Reader = Callable[[User, int], str]
_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Name the function that knows what was bought; the app of orders calls this.

    It is given an account and the key of a table of sizes, and returns the title of
    the variant of its products that was bought last, empty where none was.
    """
    _readers.append(reader)


def recall_size(user: User | None, product: Product) -> str:
    """Return the size that this account last bought of such goods (B2).

    Empty for guests and for goods without a table of sizes; no query then.
    """
    chart = product.size_chart_id
    if user is None or chart is None:
        return ""
    return next((reader(user, chart) for reader in _readers), "")
