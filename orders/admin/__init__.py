"""Orders in the admin: looked at freely, changed by actions only."""

from orders.admin import cases, disputes, money, orders, parcels

__all__ = ["cases", "disputes", "money", "orders", "parcels"]
