"""Creators, their agreements and the double-entry ledger."""

from creators.models.follows import Follow
from creators.models.ledger import Account, Entry, LedgerTransaction
from creators.models.people import Agreement, Creator
from creators.models.sales import Commission

__all__ = [
    "Account",
    "Agreement",
    "Commission",
    "Creator",
    "Entry",
    "Follow",
    "LedgerTransaction",
]
