"""Wiring of the orders app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """See the package's door-sign."""

    name = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the outbox's carriers and follow sign-ins."""
        from django.contrib.auth.signals import user_logged_in

        from orders.receivers import merge_cart_at_sign_in
        from orders.services import (
            cases,
            dispatching,
            mails,
            news,
            payments,
            refunding,
            refunds,
            returning,
        )
        from shopfront.services import outbox

        outbox.register(cases.TOPIC, cases.send_letter)
        outbox.register(payments.RECEIPT_TOPIC, mails.send_receipt)
        outbox.register(refunds.REFUND_TOPIC, refunds.send_refund)
        outbox.register(refunds.APOLOGY_TOPIC, mails.send_apology)
        outbox.register(refunds.REFUNDED_TOPIC, news.send_refunded)
        outbox.register(refunding.REVERSAL_TOPIC, refunding.carry_reversal)
        outbox.register(dispatching.SENT_TOPIC, news.send_shipment_sent)
        outbox.register(dispatching.DELIVERED_TOPIC, news.send_shipment_delivered)
        outbox.register(dispatching.WINDOW_TOPIC, dispatching.open_return_windows)
        outbox.register(returning.RETURN_TOPIC, news.send_return_received)
        user_logged_in.connect(
            merge_cart_at_sign_in, dispatch_uid="orders.merge_cart_at_sign_in"
        )
