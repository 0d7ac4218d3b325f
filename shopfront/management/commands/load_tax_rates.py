"""Add the official tax rates that markets do not have yet."""

from typing import Any

from django.core.management.base import BaseCommand

from shopfront.common import clock
from shopfront.models import Market
from shopfront.services.tax_rates import load_tax_rates


class Command(BaseCommand):
    """Compare every market's rates with the official ones and add what is new."""

    help = "Add official tax rates as dated rows, from today where others held."

    def handle(self, *args: Any, **options: Any) -> None:
        """Name each rate that was added."""
        for market in Market.objects.all():
            for rate in load_tax_rates(market, on=clock.now().date()):
                self.stdout.write(f"{rate} from {rate.valid_from}")
