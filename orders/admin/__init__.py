"""Orders in the admin: looked at freely, changed by actions only."""

from orders.admin import cases, money, orders, parcels

__all__ = ["cases", "money", "orders", "parcels"]
