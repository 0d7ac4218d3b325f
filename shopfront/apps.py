"""Wiring of the site as an installed app."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ShopfrontConfig(AppConfig):
    """The ground: users, markets, audit, outbox."""

    name = "shopfront"
    default = True
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from shopfront import checks  # noqa: F401


class DeskConfig(admin_apps.AdminConfig):
    """Django's admin with the site of our staff."""

    default = False
    default_site = "shopfront.views.desk.ShopfrontAdminSite"
