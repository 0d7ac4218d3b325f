"""Wiring of the orders app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """See the package's door-sign."""

    name = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the outbox's carriers, follow sign-ins, tell sizes that were bought."""
        from catalog.selectors import sizes
        from orders.selectors.sizes import find_bought_size

        self._carry()
        self._follow()
        sizes.register(find_bought_size)

    def _carry(self) -> None:
        from orders.services import (
            cards,
            cases,
            cash,
            dispatching,
            disputes,
            failed_refunds,
            funding_letters,
            invoices,
            mails,
            news,
            payments,
            refunding,
            refunds,
            returning,
            withdrawing,
        )
        from shopfront.services import outbox

        outbox.register(cash.CASH_TOPIC, cash.carry_cash)
        outbox.register(cases.TOPIC, cases.send_letter)
        outbox.register(payments.RECEIPT_TOPIC, mails.send_receipt)
        outbox.register(refunds.REFUND_TOPIC, refunds.send_refund)
        outbox.register(refunds.APOLOGY_TOPIC, mails.send_apology)
        outbox.register(failed_refunds.FAILED_TOPIC, failed_refunds.send_failed)
        outbox.register(refunds.REFUNDED_TOPIC, news.send_refunded)
        outbox.register(
            refunding.REVERSAL_TOPIC, refunding.carry_reversal, is_urgent=True
        )
        outbox.register(dispatching.SENT_TOPIC, news.send_shipment_sent)
        outbox.register(dispatching.DELIVERED_TOPIC, news.send_shipment_delivered)
        outbox.register(dispatching.WINDOW_TOPIC, dispatching.open_return_windows)
        outbox.register(returning.RETURN_TOPIC, news.send_return_received)
        outbox.register(cards.FORGET_TOPIC, cards.forget_at_gateway)
        outbox.register(disputes.OPENED_TOPIC, disputes.send_notice)
        outbox.register(disputes.LOST_TOPIC, disputes.take_back_sale)
        outbox.register(funding_letters.TOPIC, funding_letters.send_loss)
        outbox.register(invoices.INVOICE_TOPIC, invoices.carry_invoice)
        outbox.register(invoices.CREDIT_TOPIC, invoices.carry_credit_note)
        outbox.register(withdrawing.WITHDRAWN_TOPIC, withdrawing.acknowledge_withdrawal)

    def _follow(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from orders.models import Order
        from orders.receivers import ask_for_invoice, merge_cart_at_sign_in
        from orders.signals import order_paid

        order_paid.connect(
            ask_for_invoice, sender=Order, dispatch_uid="orders.ask_for_invoice"
        )
        user_logged_in.connect(
            merge_cart_at_sign_in, dispatch_uid="orders.merge_cart_at_sign_in"
        )
