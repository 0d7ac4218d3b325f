"""Prove that the ledger conserves money from payment to payout."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from creators.selectors.books import find_book_faults, list_totals
from creators.services.snapshots import take_snapshots
from orders.selectors.cash import find_cash_faults
from shopfront.common.money import Money


class Command(BaseCommand):
    """Say what each kind of account holds and end with a fault where any is."""

    help = "Prove conservation of the ledger by independent SQL; print the balances."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer to keep what was proved."""
        parser.add_argument(
            "--snapshot", action="store_true", help="keep the balances when all is well"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Recompute, check, and keep snapshots if asked."""
        faults = find_book_faults() + find_cash_faults()
        for currency, kind, minor in list_totals():
            amount = Money(minor, currency).decimal
            self.stdout.write(f"{currency} {kind:20} {amount:>16}")
        for fault in faults:
            self.stdout.write(f"  {fault}")
        if faults:
            raise CommandError(f"The ledger has {len(faults)} faults.")
        self.stdout.write("ledger: well")
        if options["snapshot"]:
            self.stdout.write(f"snapshots: {take_snapshots()}")
