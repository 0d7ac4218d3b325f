"""Wiring of the creators app."""

from django.apps import AppConfig


class CreatorsConfig(AppConfig):
    """See the package's door-sign."""

    name = "creators"
    default_auto_field = "django.db.models.BigAutoField"
