"""The ground that every app may name."""

from shopfront.models.markets import Market, TaxRate
from shopfront.models.operators import Operator
from shopfront.models.records import Audit, Consent, IdempotencyKey, Outbox
from shopfront.models.rules import MarketRule
from shopfront.models.users import User

__all__ = [
    "Audit",
    "Consent",
    "IdempotencyKey",
    "Market",
    "MarketRule",
    "Operator",
    "Outbox",
    "TaxRate",
    "User",
]
