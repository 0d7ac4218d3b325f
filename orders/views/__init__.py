"""Pages and fragments of carts, checkouts and orders."""
