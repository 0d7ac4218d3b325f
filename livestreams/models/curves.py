"""How many watched a show, minute by minute: what its report draws as a curve."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream


class AudienceMinute(models.Model):
    """The most who watched at once within a minute, as often as it was looked at."""

    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="audience_minutes"
    )
    at = models.DateTimeField(_("minute"))
    viewers = models.PositiveIntegerField(_("viewers"))

    class Meta:
        ordering = ["livestream", "at"]
        verbose_name = _("minute of an audience")
        verbose_name_plural = _("minutes of audiences")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "at"], name="livestreams_audienceminute_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.livestream_id} {self.at:%H:%M}: {self.viewers}"
