"""Which letters a creator does not want; those about pay and duty always go out."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from creators.models.people import Creator
from shopfront.common import clock


class Notice(models.TextChoices):
    """Letters that a creator may switch off."""

    OFFER = "offer", _("A brand makes me an offer")
    BRIEFING = "briefing", _("Wishes for a show of mine wait for an answer")
    FUNDED = "funded", _("The guarantee of a show of mine is paid in")
    REPORT = "report", _("The report of a show of mine is ready")


class MutedNotice(models.Model):
    """A kind of letter that a creator switched off."""

    creator = models.ForeignKey(
        Creator, on_delete=models.CASCADE, related_name="muted_notices"
    )
    kind = models.CharField(_("letter"), max_length=10, choices=Notice)
    muted_at = models.DateTimeField(_("since"), default=clock.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("letter switched off")
        verbose_name_plural = _("letters switched off")
        constraints = [
            models.UniqueConstraint(
                fields=["creator", "kind"], name="creators_mutednotice_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.creator}: {self.kind}"
