"""Who buys: carts, checkouts, orders, payments."""
