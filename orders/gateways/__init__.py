"""Payment gateways behind one interface: the sandbox and Stripe."""

from orders.gateways.base import (
    Card,
    ChargeRequest,
    ChargeResult,
    ChargeState,
    DisputeFacts,
    DisputeState,
    Evidence,
    Gateway,
    Manners,
    Method,
    Notice,
    PageScript,
    RefundFacts,
    RefundState,
)
from orders.gateways.registry import get_gateway, list_gateways

__all__ = [
    "Card",
    "ChargeRequest",
    "ChargeResult",
    "ChargeState",
    "DisputeFacts",
    "DisputeState",
    "Evidence",
    "Gateway",
    "Manners",
    "Method",
    "Notice",
    "PageScript",
    "RefundFacts",
    "RefundState",
    "get_gateway",
    "list_gateways",
]
