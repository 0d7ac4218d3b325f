"""Creators in the admin: people, agreements, guarantees, the ledger and payouts."""

from creators.admin import guarantees, money, papers, welfare, worktime

__all__ = ["guarantees", "money", "papers", "welfare", "worktime"]
