"""Appeals of who reported a message or a show that was let stand (C7, S5)."""

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.chat import Report
from shopfront.models.appeals import ErasableAppeal


@pghistory.track(exclude=["text"])
class ReporterAppeal(ErasableAppeal):
    """Who reported something that stands asks that somebody else looks again.

    What somebody wrote is not kept in history.
    """

    report = models.OneToOneField(
        Report, on_delete=models.CASCADE, related_name="appeal"
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("appeal of a reporter")
        verbose_name_plural = _("appeals of reporters")

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.text[:40]}"
