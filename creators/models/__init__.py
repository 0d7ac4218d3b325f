"""Creators, their agreements, the double-entry ledger and payouts."""

from creators.models.follows import Follow
from creators.models.ledger import Account, BalanceSnapshot, Entry, LedgerTransaction
from creators.models.payouts import (
    BankAnswer,
    LineHold,
    Payout,
    PayoutDetails,
    PayoutLine,
    PayoutRule,
    PayoutRun,
)
from creators.models.people import Agreement, Creator
from creators.models.sales import Commission

__all__ = [
    "Account",
    "Agreement",
    "BalanceSnapshot",
    "BankAnswer",
    "Commission",
    "Creator",
    "Entry",
    "Follow",
    "LedgerTransaction",
    "LineHold",
    "Payout",
    "PayoutDetails",
    "PayoutLine",
    "PayoutRule",
    "PayoutRun",
]
