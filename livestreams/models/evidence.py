"""The said-on-air record: where in a show an order line was bought (B8)."""

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream, Pin
from shopfront.common import clock
from shopfront.common.ids import PublicIdField

SHARED = dt.timedelta(seconds=20)
"""Moments so near to each other share one clip."""


class SaidOnAir(models.Model):
    """What was on screen, in words too, when a line was tapped; never changed.

    The price that was shown is the line's own price version.
    """

    line = models.OneToOneField(
        "orders.OrderLine", on_delete=models.PROTECT, related_name="said_on_air"
    )
    livestream = models.ForeignKey(
        Livestream, on_delete=models.PROTECT, related_name="+"
    )
    surface = models.CharField(_("tapped on"), max_length=10)
    pin = models.ForeignKey(
        Pin, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    offer = models.ForeignKey(
        "catalog.Offer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    tapped_at = models.DateTimeField(_("tapped at"))
    media_time = models.DateTimeField(
        _("moment in the picture"),
        null=True,
        blank=True,
        help_text=_("When the product came on screen, or of a tap while on air."),
    )
    words = models.TextField(_("said"), blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("said-on-air record")
        verbose_name_plural = _("said-on-air records")

    def __str__(self) -> str:
        return f"{self.livestream} {self.line}"


class EvidenceClip(models.Model):
    """A stretch of a show kept for the lines that were bought in it (R3).

    At most 60 seconds of the picture, without the chat; it outlives the replay. Lines
    of the same 20 seconds share it. Its file is named like a clip's, so that it stays
    when the recording goes.
    """

    class State(models.TextChoices):
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Could not be made")
        REMOVED = "removed", _("Removed")

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.PROTECT, related_name="evidence_clips"
    )
    at = models.DateTimeField(
        _("for moments from"), help_text=_("And the 20 seconds after it.")
    )
    state = models.CharField(
        _("state"), max_length=7, choices=State, default=State.MAKING
    )
    seconds = models.FloatField(_("length, seconds"), default=0)
    bytes_count = models.BigIntegerField(_("bytes"), default=0)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    stored_at = models.DateTimeField(_("in the store since"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("evidence clip")
        verbose_name_plural = _("evidence clips")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "at"], name="livestreams_evidenceclip_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["state"],
                condition=models.Q(state="making")
                | models.Q(state="removed", erased_at=None),
                name="livestreams_evidence_undone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.livestream} {self.at:%H:%M:%S}"


def find_start(moment: dt.datetime) -> dt.datetime:
    """Return the start of the 20 seconds that a moment shares its clip with."""
    seconds = int(SHARED.total_seconds())
    whole = int(moment.timestamp()) // seconds * seconds
    return dt.datetime.fromtimestamp(whole, tz=dt.UTC)
