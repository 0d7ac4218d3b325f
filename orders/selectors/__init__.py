"""Reads of the orders app: carts, checkouts and orders as pages show them."""
