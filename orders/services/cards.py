"""Kept cards: off unless asked for, the gateway's tokens only, forgotten on request."""

from dataclasses import dataclass

from django.db import transaction

from orders.access import Shopper, get_card_for
from orders.gateways import Card, Gateway, get_gateway
from orders.models import Payment, PaymentMethod
from shopfront.common import clock
from shopfront.models import Outbox
from shopfront.services import outbox

KEPT = "kept:"
FORGET_TOPIC = "orders.forget_card"


@dataclass(frozen=True, slots=True)
class Wallet:
    """How a payment is made, and whether its card is to be kept."""

    method: str
    customer_ref: str = ""
    is_kept: bool = False
    keeps_card: bool = False


def find_wallet(
    shopper: Shopper, gateway: Gateway, method: str, *, keeps_card: bool
) -> Wallet:
    """Return what to charge: a kept card of this account, or what the form names.

    Raises:
        CardMissing: there is no such kept card of this account.
    """
    if method.startswith(KEPT):
        card = get_card_for(shopper.user, method.removeprefix(KEPT), gateway.name)
        return Wallet(card.provider_ref, card.customer_ref, is_kept=True)
    if not keeps_card or shopper.user is None or not gateway.describe().keeps_cards:
        return Wallet(method)
    known = PaymentMethod.objects.filter(user=shopper.user, gateway=gateway.name)
    customer = known.values_list("customer_ref", flat=True).first()
    return Wallet(method, customer or "", keeps_card=True)


def keep_card(payment: Payment, card: Card | None) -> None:
    """Keep what a shopper may pay with again, if they ticked so; newest first.

    The same card kept before is forgotten: it would stand in the list twice.

    Safe to repeat: yes.
    """
    user = payment.checkout.user
    if card is None or user is None or not payment.request.get("keeps_card"):
        return
    with transaction.atomic():
        kept, is_new = PaymentMethod.objects.get_or_create(
            gateway=payment.gateway,
            provider_ref=card.provider_ref,
            defaults={
                "user": user,
                "customer_ref": card.customer_ref,
                "brand": card.brand[:30],
                "last4": card.last4[:4],
                "expires_month": card.expires_month,
                "expires_year": card.expires_year,
                "consented_at": payment.created_at,
            },
        )
        if not is_new:
            return
        twins = PaymentMethod.objects.filter(
            user=user,
            gateway=kept.gateway,
            brand=kept.brand,
            last4=kept.last4,
            expires_year=kept.expires_year,
            expires_month=kept.expires_month,
        )
        for twin in twins.exclude(pk=kept.pk):
            forget_card(twin)


def forget_card(card: PaymentMethod) -> bool:
    """Take a card off the list at once and have the gateway forget it.

    Safe to repeat: yes; whether this call did it.
    """
    with transaction.atomic():
        changed = PaymentMethod.objects.filter(pk=card.pk, forgotten_at=None).update(
            forgotten_at=clock.now()
        )
        if changed:
            outbox.post(FORGET_TOPIC, card.public_id)
    return bool(changed)


def forget_at_gateway(message: Outbox) -> None:
    """Have the gateway forget a card.

    Raises:
        GatewayUnreachable: no answer; the outbox tries again.

    Safe to repeat: yes.
    """
    card = PaymentMethod.objects.get(public_id=message.key)
    get_gateway(card.gateway).forget_card(card.provider_ref)
