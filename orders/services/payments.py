"""Payments: the exact request stored first, each state reached once (K2, K3)."""

import datetime as dt

from django.db import transaction

from catalog.services.stock import commit_holds
from orders.access import Shopper
from orders.errors import (
    AlreadyPaid,
    CheckoutLapsed,
    DetailsMissing,
    LineShort,
    MethodUnknown,
    PaymentInFlight,
    TooManyAttempts,
)
from orders.gateways import ChargeResult, ChargeState, get_gateway
from orders.models import Checkout, Order, Payment
from orders.services import asking
from orders.services.asking import Step
from orders.services.cards import Wallet, find_wallet, keep_card
from orders.services.carts import name_bundle, take_bought_lines
from orders.services.cash import note_payment
from orders.services.holds import (
    ensure_holds,
    free_holds,
    keep_holds,
    take_paid_pieces,
)
from orders.services.lapses import cancel_order
from orders.services.refunds import request_refund
from orders.services.rules import check_may_buy, read_key
from orders.signals import order_paid
from shopfront.common import clock
from shopfront.common.money import Money
from shopfront.services import outbox

PaymentStep = Step[Payment]
UNDECIDED = asking.UNDECIDED
EXTENSION = dt.timedelta(minutes=3)
MOST_ATTEMPTS = 6
RECEIPT_TOPIC = "orders.receipt"


def start_payment(
    checkout: Checkout,
    *,
    shopper: Shopper,
    method: str,
    key: str,
    return_url: str,
    keeps_card: bool = False,
) -> PaymentStep:
    """Store the exact request, commit, then charge outside any transaction.

    Args:
        checkout: whose orders are placed.
        shopper: who pays.
        method: one of the gateway's methods, a token of its page script, or
            `kept:` and the public id of a card of this account.
        key: of the attempt; it never charges twice.
        return_url: where the shopper comes back to from the bank.
        keeps_card: whether the shopper ticked that the card be kept; accounts only.

    Raises:
        UnderAge: the account is below 18.
        MethodUnknown: the gateway does not offer this way to pay.
        CardMissing: there is no such kept card of this account.
        LineShort: a hold was lost, or nothing was held, and the piece is gone; nothing
            was charged.
        LimitReached: the household has paid for as many as one may.
        PaymentInFlight, AlreadyPaid, TooManyAttempts, CheckoutLapsed: not now.

    Locks: the checkout's row, while the payment is written.
    Safe to repeat: yes, the same key never charges twice.
    """
    check_may_buy(shopper)
    gateway = get_gateway()
    wallet = find_wallet(shopper, gateway, method, keeps_card=keeps_card)
    if not wallet.is_kept and not gateway.accepts(method):
        raise MethodUnknown
    full_key = f"{checkout.public_id}-{read_key(key)}"
    known = Payment.objects.filter(idempotency_key=full_key).first()
    if known is not None:
        return refresh_payment(known)
    ensure_holds(checkout)
    keep_holds(checkout, max(checkout.expires_at, clock.now() + gateway.window))
    payment, is_new = _write_payment(
        checkout,
        wallet=wallet,
        key=full_key,
        gateway_name=gateway.name,
        return_url=return_url,
    )
    if not is_new:
        return refresh_payment(payment)
    return asking.charge(payment, apply_result)


def refresh_payment(payment: Payment) -> PaymentStep:
    """Ask the gateway how a payment stands and act on its answer.

    Where the first answer was lost, the stored request is sent again word for word
    with its key.

    Safe to repeat: yes.
    """
    return asking.refresh(payment, apply_result)


def refresh_checkout(checkout: Checkout) -> None:
    """Ask the gateway about a checkout's undecided payments.

    Safe to repeat: yes.
    """
    for payment in checkout.payments.filter(state__in=UNDECIDED):
        refresh_payment(payment)


def find_action_url(checkout: Checkout) -> str:
    """Return where the bank waits for the shopper, empty where it does not.

    Safe to repeat: yes.
    """
    steps = map(refresh_payment, checkout.payments.filter(state__in=UNDECIDED))
    return next((step.action_url for step in steps if step.action_url), "")


def give_up_payment(checkout: Checkout) -> None:
    """Cancel a checkout's undecided payments at the gateway, to pay another way.

    Safe to repeat: yes; one that succeeded meanwhile stays paid.
    """
    for payment in checkout.payments.filter(state__in=UNDECIDED):
        cancel_at_gateway(payment)


def cancel_at_gateway(payment: Payment) -> PaymentStep:
    """Cancel an undecided payment at the gateway; what it answers counts.

    Safe to repeat: yes.
    """
    return asking.cancel(payment, apply_result)


def apply_result(payment: Payment, result: ChargeResult) -> PaymentStep:
    """Act on what the gateway says of a charge.

    Safe to repeat: yes.
    """
    asking.keep_reference(payment, result)
    if result.state == ChargeState.SUCCEEDED:
        keep_card(payment, result.card)
        confirm_payment(payment)
    elif result.state == ChargeState.DECLINED:
        fail_payment(payment, code=result.failure_code)
    elif result.state == ChargeState.CANCELLED:
        _end(payment, Payment.State.CANCELLED, code="cancelled")
    elif result.state == ChargeState.AUTHENTICATING:
        _await_authentication(payment)
    payment.refresh_from_db()
    return PaymentStep(payment, result.action_url)


def confirm_payment(payment: Payment) -> None:
    """Make a payment paid with its orders and holds, in one durable transaction.

    What goes to who pays first is taken before it, in the order in which payments
    come. Orders whose goods are gone are cancelled and their money goes back; so does
    money that came after the payment had been given up.

    Goods that were withdrawn while the bank still asked are sold: they were held, and
    the order was made, before; a withdrawal names no reason that a rule could read.
    Where they are dangerous, staff cancel these orders with those paid before.

    Locks: the checkout's row, then the payment's and the orders'.
    Safe to repeat: yes, only the first call changes anything.
    """
    take_paid_pieces(payment)
    with transaction.atomic(durable=True):
        checkout = _lock(payment)
        changed = Payment.objects.filter(pk=payment.pk, state__in=UNDECIDED).update(
            state=Payment.State.PAID, paid_at=clock.now(), reconcile_at=None
        )
        payment.refresh_from_db()
        if not changed:
            if payment.state != Payment.State.PAID:
                note_payment(payment)
                request_refund(payment, payment.amount, reason="came_too_late")
            return
        note_payment(payment)
        orders = list(
            checkout.orders.select_for_update().filter(state=Order.State.PENDING)
        )
        paid = [order for order in orders if _pay_order(order, at=payment.paid_at)]
        lost = [order for order in orders if order not in paid]
        for order in lost:
            cancel_order(order, reason="goods_gone")
        if lost:
            transaction.on_commit(lambda: free_holds(checkout), robust=True)
        if lost or not orders:
            kept = sum((order.total for order in paid), Money.zero(checkout.currency))
            request_refund(payment, payment.amount - kept, reason="goods_gone")
        _finish(checkout, paid)


def fail_payment(payment: Payment, *, code: str) -> None:
    """Note that a payment was declined; the order stays open, nothing was charged.

    The holds stay until their time, which the first decline prolongs by three
    minutes (B5).

    Safe to repeat: yes.
    """
    if _end(payment, Payment.State.FAILED, code=code):
        _extend_once(payment.checkout)


def _write_payment(
    checkout: Checkout, *, wallet: Wallet, key: str, gateway_name: str, return_url: str
) -> tuple[Payment, bool]:
    with transaction.atomic(durable=True):
        locked = Checkout.objects.select_for_update().get(pk=checkout.pk)
        known = Payment.objects.filter(idempotency_key=key).first()
        if known is not None:
            return known, False
        _check_payable(locked)
        payment = Payment(
            checkout=locked,
            gateway=gateway_name,
            amount_minor=locked.total.minor,
            currency=locked.currency,
            idempotency_key=key,
        )
        asking.write_request(
            payment,
            method=wallet.method,
            return_url=return_url,
            email=locked.email,
            customer=wallet.customer_ref,
            keeps_card=wallet.keeps_card,
        )
        payment.save(force_insert=True)
    return payment, True


def _check_payable(checkout: Checkout) -> None:
    if checkout.state == Checkout.State.OPEN:
        raise DetailsMissing
    if checkout.state == Checkout.State.LAPSED:
        raise CheckoutLapsed
    states = list(checkout.payments.values_list("state", flat=True))
    if Payment.State.PAID in states:
        raise AlreadyPaid
    if any(state in UNDECIDED for state in states):
        raise PaymentInFlight
    if len(states) >= MOST_ATTEMPTS:
        raise TooManyAttempts


def _lock(payment: Payment) -> Checkout:
    return Checkout.objects.select_for_update().get(pk=payment.checkout_id)


def _pay_order(order: Order, *, at: dt.datetime | None) -> bool:
    """Commit an order's holds and mark it paid, or change nothing."""
    holds = list(order.lines.values_list("reservation_id", flat=True))
    try:
        with transaction.atomic():
            if commit_holds(sorted(holds)) != set(holds):
                raise LineShort
    except LineShort:
        return False
    Order.objects.filter(pk=order.pk, state=Order.State.PENDING).update(
        state=Order.State.PAID, paid_at=at
    )
    order.refresh_from_db()
    order_paid.send(sender=Order, order=order)
    return True


def _finish(checkout: Checkout, paid: list[Order]) -> None:
    if not paid:
        Checkout.objects.filter(pk=checkout.pk).update(state=Checkout.State.LAPSED)
        return
    if checkout.source_cart is not None:
        bought = {
            (line.variant_id, name_bundle(line)): line.quantity
            for order in paid
            for line in order.lines.select_related("bundle_price")
        }
        take_bought_lines(checkout.source_cart, bought)
    outbox.post(RECEIPT_TOPIC, checkout.public_id)


def _end(payment: Payment, state: Payment.State, *, code: str) -> bool:
    changed = Payment.objects.filter(pk=payment.pk, state__in=UNDECIDED).update(
        state=state, failure_code=code, reconcile_at=None
    )
    return bool(changed)


def _await_authentication(payment: Payment) -> None:
    changed = Payment.objects.filter(pk=payment.pk, state=Payment.State.PENDING).update(
        state=Payment.State.AUTHENTICATING
    )
    if changed:
        _extend_once(payment.checkout)


def _extend_once(checkout: Checkout) -> None:
    """Prolong a checkout's holds by three minutes, the first time only (B5)."""
    with transaction.atomic():
        locked = Checkout.objects.select_for_update().get(pk=checkout.pk)
        if locked.extended_at is not None or locked.state != Checkout.State.ORDERED:
            return
        now = clock.now()
        locked.extended_at = now
        locked.expires_at = max(locked.expires_at, now) + EXTENSION
        locked.save(update_fields=["extended_at", "expires_at"])
    keep_holds(checkout, locked.expires_at)
    checkout.refresh_from_db()
