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
        self._carry_reports()

    def _carry_reports(self) -> None:
        from catalog.services import (
            product_appeals,
            product_decisions,
            product_letters,
            product_reports,
            report_appeals,
        )
        from shopfront.services import outbox

        outbox.register(product_reports.TAKEN_TOPIC, product_letters.send_receipt)
        outbox.register(
            product_reports.DANGER_TOPIC,
            product_letters.alert_of_danger,
            goes_first=True,
        )
        outbox.register(product_decisions.TOLD_TOPIC, product_letters.send_decision)
        outbox.register(
            product_decisions.WITHDRAWN_TOPIC, product_letters.send_withdrawn
        )
        outbox.register(product_decisions.BACK_TOPIC, product_letters.send_put_back)
        outbox.register(product_appeals.REFUSED_TOPIC, product_letters.send_refused)
        outbox.register(product_appeals.DUE_TOPIC, product_letters.send_appeal_due)
        outbox.register(report_appeals.STAYS_TOPIC, product_letters.send_stays)
        outbox.register(
            report_appeals.DUE_TOPIC, product_letters.send_report_appeal_due
        )
