"""Wiring of the catalog app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """See the package's door-sign."""

    name = "catalog"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Name the outbox's carriers."""
        from catalog.services import held_letters, letters, vetoes
        from creators.services import holds
        from shopfront.services import outbox

        outbox.register(letters.TOPIC, letters.send_offer)
        outbox.register(vetoes.TOPIC, vetoes.send_veto)
        outbox.register(holds.BRAND_HOLD_TOPIC, held_letters.send_held)
        outbox.register(holds.BRAND_DECISION_TOPIC, held_letters.send_decision)
