"""Orders in the admin: looked at freely, changed by actions only."""

from orders.admin import cases, coupons, disputes, money, orders, parcels, quality

__all__ = ["cases", "coupons", "disputes", "money", "orders", "parcels", "quality"]
