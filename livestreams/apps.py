"""Wiring of the livestreams app."""

from django.apps import AppConfig


class LivestreamsConfig(AppConfig):
    """See the package's door-sign."""

    name = "livestreams"
    default_auto_field = "django.db.models.BigAutoField"
