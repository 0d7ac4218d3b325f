"""Publish the next version of a market's terms for creators from a text file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from creators.services.terms import publish_terms
from shopfront.markets import find_market


class Command(BaseCommand):
    """Number the version and say when it holds: a later one after 15 days."""

    help = "Publish terms for creators: MARKET FILE [--changes WHAT_IS_NEW]."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the market, the file and what is new in it."""
        parser.add_argument("market", help="country code, for example GB")
        parser.add_argument("file", type=Path, help="plain text in UTF-8")
        parser.add_argument("--changes", default="", help="what is new, in a sentence")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, publish, and say from when it holds."""
        market = find_market(options["market"])
        if market is None:
            raise CommandError(f"There is no market {options['market']}.")
        try:
            text = options["file"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as fault:
            raise CommandError(f"The file cannot be read: {fault}") from fault
        terms = publish_terms(market, text=text, changes=options["changes"])
        self.stdout.write(f"Version {terms.version} holds from {terms.valid_from:%c}.")
