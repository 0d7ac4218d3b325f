"""Wiring of the site as an installed app."""

from django.apps import AppConfig


class ShopfrontConfig(AppConfig):
    """The ground: users, markets, audit, outbox."""

    name = "shopfront"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from shopfront import checks  # noqa: F401
