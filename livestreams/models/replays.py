"""Who watched a replay: one row per person or browser, without a name."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Recording
from shopfront.common import clock


class ReplayView(models.Model):
    """A viewer of a replay, known by a digest that leads back to nobody."""

    recording = models.ForeignKey(
        Recording, on_delete=models.CASCADE, related_name="views"
    )
    viewer = models.CharField(_("digest of the viewer"), max_length=32)
    at = models.DateTimeField(_("first watched at"), default=clock.now)

    class Meta:
        verbose_name = _("view of a replay")
        verbose_name_plural = _("views of a replay")
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "viewer"], name="livestreams_replayview_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recording} {self.at:%Y-%m-%d}"
