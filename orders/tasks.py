"""Jobs of the orders app; beat calls each of them."""

from celery import shared_task

from orders.selectors.books import find_payment_faults
from orders.selectors.cash import find_cash_faults
from orders.selectors.invoices import find_invoice_faults
from orders.services import (
    disputes,
    failed_refunds,
    funding_losses,
    fundings,
    quality,
    reconciling,
    sandbox,
)
from shopfront.services import alarms


@shared_task(name="orders.reconcile_payments_task", ignore_result=True)
def reconcile_payments_task() -> int:
    """Ask gateways again about payments whose answer was lost."""
    return reconciling.reconcile_payments() + fundings.reconcile_fundings()


@shared_task(name="orders.lapse_checkouts_task", ignore_result=True)
def lapse_checkouts_task() -> int:
    """End checkouts whose time is over and free what they held."""
    return reconciling.lapse_checkouts()


@shared_task(name="orders.deliver_sandbox_notices_task", ignore_result=True)
def deliver_sandbox_notices_task() -> int:
    """Deliver the pretended bank's webhooks."""
    return sandbox.deliver_notices()


@shared_task(name="orders.sweep_disputes_task", ignore_result=True)
def sweep_disputes_task() -> int:
    """Find disputes whose webhook was lost."""
    return disputes.sweep_disputes()


@shared_task(name="orders.sweep_refunds_task", ignore_result=True)
def sweep_refunds_task() -> int:
    """Find refunds that came back, and guarantees' payments that went back, untold."""
    return failed_refunds.sweep_refunds() + funding_losses.sweep_losses()


@shared_task(name="orders.check_cash_task", ignore_result=True)
def check_cash_task() -> int:
    """Follow money from payments through clearing, and alarm staff of faults."""
    return alarms.watch("cash", find_cash_faults)


@shared_task(name="orders.check_invoices_task", ignore_result=True)
def check_invoices_task() -> int:
    """Look for gaps in numbers and wrong sums, and alarm staff of faults."""
    return alarms.watch("invoices", find_invoice_faults)


@shared_task(name="orders.check_payments_task", ignore_result=True)
def check_payments_task() -> int:
    """Compare orders, payments and the gateway's books, and alarm staff of faults."""
    return alarms.watch("payments", find_payment_faults)


@shared_task(name="orders.count_quality_task", ignore_result=True)
def count_quality_task() -> int:
    """Count what came back and was complained about, product by product."""
    return quality.count_quality()
