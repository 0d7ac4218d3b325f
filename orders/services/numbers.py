"""Numbers of orders that people can read out over the telephone."""

from shopfront.common.ids import new_public_id


def new_order_number(country: str) -> str:
    """Return a number such as GB-7KQ4M-2XDWN: 50 random bits, no 0/O or 1/I mix-up."""
    text = new_public_id()[:10].upper()
    return f"{country}-{text[:5]}-{text[5:]}"


def new_case_number(country: str) -> str:
    """Return a number such as C-GB-7KQ4M-2XDWN, told from an order's by its head."""
    return f"C-{new_order_number(country)}"
