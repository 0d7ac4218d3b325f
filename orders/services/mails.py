"""E-mails about orders, as HTML and text, each with an id that never changes."""

from collections.abc import Mapping
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from orders.access import make_order_token
from orders.models import Checkout, Order, Refund
from orders.selectors.orders import get_outcome
from shopfront.common.letters import name_letter
from shopfront.common.money import Money
from shopfront.models import Outbox


def send_receipt(message: Outbox) -> None:
    """Send the confirmation: the contract, withdrawal terms and form (K8, O6).

    Safe to repeat: yes, mail programs drop a second one by its Message-ID.
    """
    checkout = Checkout.objects.select_related("market").get(public_id=message.key)
    outcome = get_outcome(checkout)
    orders = outcome.paid_orders
    total = sum((order.total for order in orders), Money.zero(checkout.currency))
    with translation.override(checkout.language):
        send_mail(
            "receipt",
            to=checkout.email,
            key=checkout.public_id,
            subject=_("Order confirmed: %(numbers)s")
            % {"numbers": ", ".join(order.number for order in orders)},
            facts={
                "checkout": checkout,
                "orders": [
                    (order, link_of(order), link_of(order, "invoice/"))
                    for order in orders
                ],
                "total": total,
                "withdrawal_days": checkout.market.withdrawal_days,
            },
        )


def send_apology(message: Outbox) -> None:
    """Tell the shopper that money went back because the goods were gone.

    Safe to repeat: yes, mail programs drop a second one by its Message-ID.
    """
    refund = Refund.objects.select_related("payment__checkout").get(
        public_id=message.payload.get("refund", message.key)
    )
    checkout = refund.payment.checkout
    with translation.override(checkout.language):
        send_mail(
            "apology",
            to=checkout.email,
            key=refund.message_key,
            subject=_("We are sorry: your money is on its way back"),
            facts={
                "checkout": checkout,
                "amount": Money(refund.amount_minor, refund.currency),
                "orders": get_outcome(checkout).lost_orders,
            },
        )


def link_of(order: Order, part: str = "") -> str:
    """Return the address of an order's page that opens it without an account (O6)."""
    path = order.get_absolute_url() + part
    return f"{settings.SITE_URL}{path}?token={make_order_token(order)}"


def send_mail(
    name: str, *, to: str, key: str, subject: str, facts: Mapping[str, Any]
) -> None:
    """Send an e-mail of the template `mail_<name>`, its id made of name and key."""
    context = {"site_url": settings.SITE_URL, "subject": subject, **facts}
    text = render_to_string(f"orders/mail_{name}.txt", context)
    html = render_to_string(f"orders/mail_{name}.html", context)
    mail = EmailMultiAlternatives(
        subject=subject,
        body=text,
        to=[to],
        headers=name_letter(f"{name}-{key}"),
    )
    mail.attach_alternative(
        css_inline.inline(html, load_remote_stylesheets=False), "text/html"
    )
    mail.send()
