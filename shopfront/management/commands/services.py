"""Start only the engines of the demo."""

import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shopfront.embedded import Engines, EnginesError


class Command(BaseCommand):
    """Run PostgreSQL and Valkey until Ctrl-C."""

    help = "Start PostgreSQL and Valkey for DATA, print their addresses and wait."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Start the engines and wait to be told to end."""
        ends = {signal.SIGINT, signal.SIGTERM}
        try:
            with Engines(settings.LAYOUT, on_progress=self.stdout.write):
                self.stdout.write(f"DATABASE_URL={settings.LAYOUT.database_url}")
                self.stdout.write(f"REDIS_URL={settings.LAYOUT.redis_url}")
                signal.pthread_sigmask(signal.SIG_BLOCK, ends)
                signal.sigwait(ends)
        except EnginesError as fault:
            raise CommandError(str(fault)) from fault
