"""The memory of a room: a gapless sequence and its durable events."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream
from shopfront.common import clock


class RoomSequence(models.Model):
    """The last sequence number given in a livestream's room."""

    livestream = models.OneToOneField(
        Livestream, on_delete=models.CASCADE, related_name="sequence"
    )
    seq = models.BigIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("room sequence")
        verbose_name_plural = _("room sequences")

    def __str__(self) -> str:
        return f"{self.livestream} {self.seq}"


class RoomEvent(models.Model):
    """A durable event; chat events hold ids, so removed text never comes back."""

    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="room_events"
    )
    seq = models.BigIntegerField(_("number"))
    type = models.CharField(_("type"), max_length=40)
    body = models.JSONField(_("body"), default=dict)
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        ordering = ["livestream", "seq"]
        verbose_name = _("room event")
        verbose_name_plural = _("room events")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "seq"], name="livestreams_roomevent_gapless"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"
