"""Creators, their agreements, the double-entry ledger and payouts."""

from creators.models.agreements import (
    PAY_FIELDS,
    Agreement,
    MarketTerms,
    PayTerms,
    TermsConsent,
)
from creators.models.connected import ConnectedAccount
from creators.models.follows import Follow
from creators.models.guarantees import Guarantee, GuaranteeFunding
from creators.models.handles import FormerHandle
from creators.models.holds import EntryHold, Hold, LineHold
from creators.models.ledger import Account, BalanceSnapshot, Entry, LedgerTransaction
from creators.models.notices import MutedNotice, Notice
from creators.models.payees import PayoutDetails, PayoutRule
from creators.models.payouts import BankAnswer, Payout, PayoutLine, PayoutRun
from creators.models.people import Creator
from creators.models.premiums import DutyPremium, OvertimePremium
from creators.models.sales import Commission
from creators.models.self_billing import SelfBilledInvoice
from creators.models.wellbeing import Signal, WelfareConsent, WelfarePerson
from creators.models.worktime import (
    WorkDecision,
    WorkEntry,
    WorkExtension,
    WorkLimit,
    WorkSession,
)

__all__ = [
    "PAY_FIELDS",
    "Account",
    "Agreement",
    "BalanceSnapshot",
    "BankAnswer",
    "Commission",
    "ConnectedAccount",
    "Creator",
    "DutyPremium",
    "Entry",
    "EntryHold",
    "Follow",
    "FormerHandle",
    "Guarantee",
    "GuaranteeFunding",
    "Hold",
    "LedgerTransaction",
    "LineHold",
    "MarketTerms",
    "MutedNotice",
    "Notice",
    "OvertimePremium",
    "PayTerms",
    "Payout",
    "PayoutDetails",
    "PayoutLine",
    "PayoutRule",
    "PayoutRun",
    "SelfBilledInvoice",
    "Signal",
    "TermsConsent",
    "WelfareConsent",
    "WelfarePerson",
    "WorkDecision",
    "WorkEntry",
    "WorkExtension",
    "WorkLimit",
    "WorkSession",
]
