"""Compare the shop's books by SQL that shares nothing with what wrote them."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.selectors.stock import find_stock_faults
from creators.selectors.books import find_book_faults
from livestreams.selectors.books import find_sale_faults
from orders.selectors.books import find_payment_faults
from orders.selectors.cash import find_cash_faults
from orders.selectors.invoices import find_invoice_faults

Check = Callable[[], Sequence[str]]
CHECKS: dict[str, Check] = {
    "stock": find_stock_faults,
    "payments": find_payment_faults,
    "ledger": find_book_faults,
    "sales": find_sale_faults,
    "invoices": find_invoice_faults,
    "cash": find_cash_faults,
}


class Command(BaseCommand):
    """Say what is wrong with the books and end with a fault when anything is."""

    help = "Compare stock, payments and ledger by independent SQL."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every check and name each fault."""
        count = 0
        for subject, check in CHECKS.items():
            faults = check()
            count += len(faults)
            self.stdout.write(f"{subject}: {'well' if not faults else 'FAULTY'}")
            for fault in faults:
                self.stdout.write(f"  {fault}")
        if count:
            raise CommandError(f"The books have {count} faults.")
