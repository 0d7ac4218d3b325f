"""Which database a model lives in: the sandbox gateway keeps books of its own."""

from typing import Any

from django.conf import settings
from django.db.models import Model

SANDBOX = "sandbox"
_PREFIX = "sandbox"


def _is_sandbox(model: type[Model]) -> bool:
    name = model._meta.model_name or ""
    return model._meta.app_label == "orders" and name.startswith(_PREFIX)


class SandboxRouter:
    """Sends the sandbox gateway's models to their own database."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """Name the database that a model is read from."""
        return SANDBOX if _is_sandbox(model) else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        """Name the database that a model is written to."""
        return SANDBOX if _is_sandbox(model) else None

    def allow_migrate(
        self,
        db: str,
        app_label: str,
        model_name: str | None = None,
        **hints: Any,
    ) -> bool:
        """Keep the sandbox's tables, and only them, in the sandbox database."""
        belongs = app_label == "orders" and (model_name or "").startswith(_PREFIX)
        if db == SANDBOX:
            return belongs
        return not belongs or SANDBOX not in settings.DATABASES
