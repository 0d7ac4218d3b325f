"""Wiring of the site as an installed app."""

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin import apps as admin_apps


class ShopfrontConfig(AppConfig):
    """The ground: users, markets, audit, outbox."""

    name = "shopfront"
    default = True
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and who carries alarms."""
        from shopfront import checks  # noqa: F401
        from shopfront.services import alarms, outbox

        outbox.register(alarms.TOPIC, alarms.send_alarm)


class DeskConfig(admin_apps.AdminConfig):
    """Django's admin with the site of our staff."""

    default = False
    default_site = "shopfront.views.desk.ShopfrontAdminSite"

    def ready(self) -> None:
        """Find the admin of all apps, then put away forms that go round our rules.

        Roles are written in code; second factors belong to people.
        """
        super().ready()
        site = admin.site
        foreign = {"auth", "mfa"}
        for model in [row for row in site._registry if row._meta.app_label in foreign]:
            site.unregister(model)
