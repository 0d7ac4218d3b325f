"""Read a pain.002, camt.053 or camt.054 of the bank and act on what it says."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from creators.services.bank_answers import take_answers
from shopfront.common.errors import DomainError


class Command(BaseCommand):
    """Say what came of each part; reading a file twice changes nothing."""

    help = "Take a bank's answers to payouts from a file."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the file and count what came of it."""
        file: Path = options["file"]
        try:
            outcomes = take_answers(file.read_bytes(), by=None)
        except (DomainError, OSError) as fault:
            raise CommandError(str(fault)) from fault
        for outcome, count in sorted(outcomes.items()):
            self.stdout.write(f"{outcome}: {count}")
