"""Wiring of the livestreams app."""

from django.apps import AppConfig


class LivestreamsConfig(AppConfig):
    """See the package's door-sign."""

    name = "livestreams"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name who carries out the app's outbox topics."""
        from livestreams.services import reminders
        from shopfront.services import outbox

        outbox.register(reminders.TOPIC, reminders.send_reminder)
