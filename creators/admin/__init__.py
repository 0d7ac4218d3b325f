"""Creators in the admin: people, agreements, guarantees, the ledger and payouts."""

from creators.admin import guarantees, money

__all__ = ["guarantees", "money"]
