"""Who may write in a room and how often, and the line at its top (C1, C3)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.chat import ChatMessage
from livestreams.models.shows import Livestream
from shopfront.common import clock


class RoomRules(models.Model):
    """What the host asks of those who write; a room without a row asks nothing."""

    class Slow(models.IntegerChoices):
        OFF = 0, _("As fast as they like")
        FIVE = 5, _("One message in 5 seconds")
        TEN = 10, _("One message in 10 seconds")
        THIRTY = 30, _("One message in 30 seconds")
        MINUTE = 60, _("One message a minute")
        FIVE_MINUTES = 300, _("One message in 5 minutes")

    class Age(models.IntegerChoices):
        ANY = 0, _("Any account")
        TEN_MINUTES = 10, _("Accounts of 10 minutes or older")
        DAY = 1_440, _("Accounts of a day or older")
        WEEK = 10_080, _("Accounts of a week or older")

    livestream = models.OneToOneField(
        Livestream, on_delete=models.CASCADE, related_name="rules"
    )
    slow_seconds = models.PositiveIntegerField(
        _("how often each person writes"), choices=Slow, default=Slow.OFF
    )
    account_minutes = models.PositiveIntegerField(
        _("age of accounts"), choices=Age, default=Age.ANY
    )
    is_followers_only = models.BooleanField(_("followers only"), default=False)
    is_buyers_only = models.BooleanField(_("buyers only"), default=False)
    seq = models.BigIntegerField(_("number"), default=0)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed at"), default=clock.now)

    class Meta:
        verbose_name = _("rules of a room")
        verbose_name_plural = _("rules of rooms")

    def __str__(self) -> str:
        return f"{self.livestream_id} {self.slow_seconds} s"


class ChatTurn(models.Model):
    """When a person last wrote in a slow room: one row, taken by one statement."""

    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="turns"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    spoke_at = models.DateTimeField(_("wrote at"))
    gap_seconds = models.PositiveIntegerField(_("seconds between"))

    class Meta:
        verbose_name = _("turn in a slow room")
        verbose_name_plural = _("turns in slow rooms")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "user"], name="livestreams_turn_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.livestream_id} {self.user_id}"


class ChatPin(models.Model):
    """A line that the host's side keeps at the top of the chat; one at a time."""

    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="chat_pins"
    )
    message = models.ForeignKey(
        ChatMessage, on_delete=models.CASCADE, related_name="pins"
    )
    seq = models.BigIntegerField(_("number"), default=0)
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    pinned_at = models.DateTimeField(_("put up at"), default=clock.now)
    removed_at = models.DateTimeField(_("taken down at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("line at the top of a chat")
        verbose_name_plural = _("lines at the top of chats")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream"],
                condition=models.Q(removed_at=None),
                name="livestreams_chatpin_one_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.livestream_id} {self.message_id}"
