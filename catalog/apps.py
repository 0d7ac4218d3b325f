"""Wiring of the catalog app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """See the package's door-sign."""

    name = "catalog"
    default_auto_field = "django.db.models.BigAutoField"
