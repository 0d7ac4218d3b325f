"""What a creator takes along: one file of everything that is theirs (P8)."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class TakeAlong(models.Model):
    """One file of a creator's replays, clips, statements, products and followers.

    It is made anew each time, in a folder of its own name, and deleted after some days.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        MAKING = "making", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        GONE = "gone", _("Deleted")

    class Why(models.TextChoices):
        NO_ROOM = "no_room", _("Our disk has no room for it now. We have been told.")
        STORE_AWAY = "store_away", _("Our store did not answer. Please ask again.")
        CUT_OFF = "cut_off", _("It was cut off again and again. We have been told.")

    public_id = PublicIdField()
    creator = models.ForeignKey(
        "creators.Creator", on_delete=models.PROTECT, related_name="take_alongs"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.WAITING
    )
    why = models.CharField(_("why it failed"), max_length=10, choices=Why, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    parts_total = models.PositiveIntegerField(_("parts"), default=0)
    parts_done = models.PositiveIntegerField(_("parts done"), default=0)
    missing_count = models.PositiveIntegerField(_("parts missing"), default=0)
    bytes_count = models.BigIntegerField(_("size, bytes"), default=0)
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)
    stored_at = models.DateTimeField(_("in the store since"), null=True, blank=True)
    erased_at = models.DateTimeField(_("file deleted at"), null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("take-along")
        verbose_name_plural = _("take-alongs")
        constraints = [
            models.UniqueConstraint(
                fields=["creator"],
                condition=models.Q(state__in=["waiting", "making", "ready"]),
                name="livestreams_takealong_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.creator} {self.asked_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be made."""
        return self.state in {self.State.WAITING, self.State.MAKING}

    @property
    def percent(self) -> int:
        """How far it is."""
        return 100 * self.parts_done // max(1, self.parts_total)

    def has_file(self, now: dt.datetime) -> bool:
        """Whether the file can be fetched at a moment."""
        is_kept = self.expires_at is not None and self.expires_at > now
        return self.state == self.State.READY and is_kept
