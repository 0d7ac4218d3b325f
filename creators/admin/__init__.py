"""Creators in the admin: people, agreements, guarantees, the ledger and payouts."""

from creators.admin import guarantees, money, welfare, worktime

__all__ = ["guarantees", "money", "welfare", "worktime"]
