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


class RoomMinute(models.Model):
    """What happened to messages in one minute of a room, counted as it happened."""

    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="minutes"
    )
    at = models.DateTimeField(_("minute"))
    shown = models.PositiveIntegerField(_("shown"), default=0)
    held = models.PositiveIntegerField(_("held"), default=0)
    removed = models.PositiveIntegerField(_("removed"), default=0)
    shielded = models.PositiveIntegerField(_("shielded"), default=0)

    class Meta:
        ordering = ["livestream", "at"]
        verbose_name = _("minute of a room")
        verbose_name_plural = _("minutes of rooms")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "at"], name="livestreams_roomminute_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.livestream_id} {self.at:%H:%M}"
