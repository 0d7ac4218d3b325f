"""Load the starter lists of words into a new shop."""

from typing import Any

from django.core.management.base import BaseCommand

from livestreams.services.word_lists import ensure_starter_lists


class Command(BaseCommand):
    """Make the word lists that are missing; lists that exist stay as they are."""

    help = "Load the starter word lists of all languages. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many lists were made."""
        self.stdout.write(f"{ensure_starter_lists()} word lists made")
