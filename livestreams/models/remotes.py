"""Remote controls: a second device that steers a show, and nothing else (P3)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class RemoteControl(models.Model):
    """One link to a studio; the first device that opens it holds it."""

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="remotes"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(_("made at"), default=clock.now)
    link_until = models.DateTimeField(_("link holds until"))
    key_hash = models.CharField(
        _("hash of the device's key"), max_length=64, blank=True, db_index=True
    )
    taken_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    device = models.CharField(_("device"), max_length=80, blank=True)
    revoked_at = models.DateTimeField(_("turned off at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("remote control")
        verbose_name_plural = _("remote controls")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(taken_at=None, key_hash="")
                | (models.Q(taken_at__isnull=False) & ~models.Q(key_hash="")),
                name="livestreams_remotecontrol_taken_has_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.livestream} {self.device}".strip()
