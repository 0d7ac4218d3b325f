"""The job that compares sales with the ledger."""

from celery import shared_task

from livestreams.selectors.books import find_sale_faults
from shopfront.services import alarms


@shared_task(name="livestreams.check_sales_task", ignore_result=True)
def check_sales_task() -> int:
    """Compare paid lines with what was posted of them, and alarm staff of faults."""
    return alarms.watch("sales", find_sale_faults)
