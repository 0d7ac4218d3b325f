"""Who buys: carts, checkouts, orders per brand, payments."""

from orders.models.aftercare import (
    RefundLine,
    Return,
    ReturnLine,
    Shipment,
    ShipmentLine,
)
from orders.models.carts import Address, Cart, CartLine
from orders.models.cases import Case, CaseMessage
from orders.models.coupons import Coupon, CouponUse
from orders.models.disputes import Dispute, PaymentMethod, TakenBack
from orders.models.funding import FundingLoss, FundingPayment
from orders.models.invoices import Invoice, InvoiceSeries
from orders.models.orders import Checkout, Order, OrderLine
from orders.models.payments import Attempt, Payment, PaymentNotice, Refund
from orders.models.quality import ProductQuality
from orders.models.sandbox import SandboxCharge, SandboxDispute, SandboxRefund
from orders.models.spending import BuyingPause, SpendLimit
from orders.models.withdrawals import Withdrawal, WithdrawalLine

__all__ = [
    "Address",
    "Attempt",
    "BuyingPause",
    "Cart",
    "CartLine",
    "Case",
    "CaseMessage",
    "Checkout",
    "Coupon",
    "CouponUse",
    "Dispute",
    "FundingLoss",
    "FundingPayment",
    "Invoice",
    "InvoiceSeries",
    "Order",
    "OrderLine",
    "Payment",
    "PaymentMethod",
    "PaymentNotice",
    "ProductQuality",
    "Refund",
    "RefundLine",
    "Return",
    "ReturnLine",
    "SandboxCharge",
    "SandboxDispute",
    "SandboxRefund",
    "Shipment",
    "ShipmentLine",
    "SpendLimit",
    "TakenBack",
    "Withdrawal",
    "WithdrawalLine",
]
