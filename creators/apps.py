"""Wiring of the creators app."""

from django.apps import AppConfig


class CreatorsConfig(AppConfig):
    """See the package's door-sign."""

    name = "creators"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the outbox's carriers."""
        from creators.services import (
            letters,
            notices,
            overtime,
            people,
            premium_letters,
            terms,
            terms_letters,
            work_appeals,
            work_letters,
        )
        from shopfront.services import outbox

        outbox.register(people.VERIFIED_TOPIC, letters.send_verified)
        outbox.register(people.REFUSED_TOPIC, letters.send_refused)
        outbox.register(people.CLOSED_TOPIC, letters.send_closed)
        outbox.register(letters.DETAILS_TOPIC, letters.send_details_changed)
        outbox.register(letters.CONNECTED_TOPIC, letters.send_connected)
        outbox.register(letters.HOLD_TOPIC, letters.send_held)
        outbox.register(letters.DECISION_TOPIC, letters.send_decision)
        outbox.register(letters.FAILED_TOPIC, letters.send_failed)
        outbox.register(overtime.PREMIUM_TOPIC, premium_letters.send_premium_owed)
        outbox.register(notices.TOPIC, notices.send_notice)
        outbox.register(terms.PUBLISHED_TOPIC, terms_letters.post_letters)
        outbox.register(terms_letters.TOPIC, terms_letters.send_terms)
        outbox.register(work_appeals.TOPIC, work_letters.send_decision)
        outbox.register(work_appeals.DUE_TOPIC, work_letters.send_due)
