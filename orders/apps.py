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
        from orders.services import cases, mails, payments, refunds
        from shopfront.services import outbox

        outbox.register(cases.TOPIC, cases.send_letter)
        outbox.register(payments.RECEIPT_TOPIC, mails.send_receipt)
        outbox.register(refunds.REFUND_TOPIC, refunds.send_refund)
        outbox.register(refunds.APOLOGY_TOPIC, mails.send_apology)
        user_logged_in.connect(
            merge_cart_at_sign_in, dispatch_uid="orders.merge_cart_at_sign_in"
        )
