"""Payment gateways behind one interface: the sandbox, and Stripe later."""

from orders.gateways.base import (
    ChargeRequest,
    ChargeResult,
    ChargeState,
    Gateway,
    Method,
    Notice,
)
from orders.gateways.registry import get_gateway

__all__ = [
    "ChargeRequest",
    "ChargeResult",
    "ChargeState",
    "Gateway",
    "Method",
    "Notice",
    "get_gateway",
]
