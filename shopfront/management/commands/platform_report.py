"""Write the yearly report of a market to two files: DAC7, or the UK's (E8)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.models import PlatformReport
from catalog.services.platform_reports import (
    make_correction,
    make_report,
    open_csv,
    open_xml,
)
from shopfront.common.errors import DomainError
from shopfront.models import Market


class Command(BaseCommand):
    """Keep a report as the admin does, and write XML and CSV into a folder."""

    help = "Write a market's yearly report of sellers for its tax office."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for market, year and folder."""
        parser.add_argument("market", help="country code, for example DE")
        parser.add_argument("year", type=int)
        parser.add_argument("folder", type=Path)
        parser.add_argument("--sender", default="", help="our number at the office")
        parser.add_argument(
            "--correct",
            action="store_true",
            help="write only what differs from what was filed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the report and say what is in it; existing files are kept."""
        market = Market.objects.filter(code=options["market"].upper()).first()
        if market is None:
            raise CommandError(f"There is no market {options['market']}.")
        make = make_correction if options["correct"] else make_one
        try:
            reports = make(market, options["year"], sender=options["sender"], by=None)
            for report in reports:
                _write(report, options["folder"])
                self.stdout.write(
                    f"{report.file_name}: {report.sellers_count} sellers, "
                    f"{report.small_count} below the limits, "
                    f"{report.incomplete_count} with data missing"
                )
        except (DomainError, OSError) as fault:
            raise CommandError(str(fault)) from fault


def make_one(
    market: Market, year: int, *, sender: str, by: None
) -> list[PlatformReport]:
    """Make a whole report."""
    return [make_report(market, year, sender=sender, by=by)]


def _write(report: PlatformReport, folder: Path) -> None:
    """Write both files; those that are there are kept."""
    files = {"xml": open_xml(report, by=None), "csv": open_csv(report, by=None)}
    folder.mkdir(parents=True, exist_ok=True)
    for ending, text in files.items():
        target = folder / f"{report.file_name}.{ending}"
        with target.open("x", encoding="utf-8", newline="") as file:
            target.chmod(0o600)
            file.write(text)
