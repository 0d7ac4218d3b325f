"""Chat messages, what was done about them, and the rules of words."""

import datetime as dt

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.moderation import Category, ModerationAction
from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField
from shopfront.models.appeals import APPEALED_WITHIN


class ChatMessage(models.Model):
    """A line of chat; shown only once it is stored."""

    class State(models.TextChoices):
        VISIBLE = "visible", _("Visible")
        HELD = "held", _("Held for review")
        REMOVED = "removed", _("Removed")
        OFFERED = "offered", _("Its author chooses where to say it")
        PRIVATE = "private", _("Went to a private case")

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="messages"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    author_name = models.CharField(_("name shown"), max_length=60)
    badges = models.JSONField(_("badges"), default=list)
    text = models.CharField(_("text"), max_length=500)
    reply_to = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="replies",
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.VISIBLE
    )
    why = models.CharField(_("why held or removed"), max_length=200, blank=True)
    is_flagged = models.BooleanField(_("flagged for moderators"), default=False)
    seq = models.BigIntegerField(_("number"), null=True, blank=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    looked_at = models.DateTimeField(_("second look at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    taken_by = models.ForeignKey(
        ModerationAction,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages",
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("chat message")
        verbose_name_plural = _("chat messages")
        indexes = [
            models.Index(
                fields=["livestream", "-id"],
                condition=models.Q(state="visible"),
                name="livestreams_message_shown",
            ),
            models.Index(
                fields=["at"],
                condition=models.Q(state="held", looked_at=None),
                name="livestreams_message_unseen",
            ),
            models.Index(
                fields=["livestream", "id"],
                condition=models.Q(state="held") | models.Q(is_flagged=True),
                name="livestreams_message_waits",
            ),
            models.Index(
                fields=["livestream"],
                condition=models.Q(is_flagged=True),
                name="livestreams_message_flagged",
            ),
            models.Index(
                fields=["reply_to"],
                condition=models.Q(reply_to__isnull=False),
                name="livestreams_message_replies",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:40]}"


class SanctionQuerySet(models.QuerySet["Sanction"]):
    """Sanctions by what they do now."""

    def holding(self, at: dt.datetime) -> "SanctionQuerySet":
        """Return those that hold at a moment."""
        lasts = models.Q(until=None) | models.Q(until__gt=at)
        return self.filter(lasts, lifted_at=None)


@pghistory.track()
class Sanction(models.Model):
    """A mute or ban: who, why, until when; told and appealable (C9)."""

    class Kind(models.TextChoices):
        MUTE = "mute", _("Mute")
        BAN = "ban", _("Ban")

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="sanctions"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sanctions"
    )
    creator = models.ForeignKey(
        "creators.Creator",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sanctions",
        help_text=_("Set where it holds in all shows of this creator."),
    )
    action = models.OneToOneField(
        ModerationAction,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sanction",
    )
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    category = models.CharField(
        _("category"), max_length=10, choices=Category, default=Category.OTHER
    )
    reason = models.CharField(_("reason"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty where a rule acted by itself."),
    )
    until = models.DateTimeField(_("until"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        verbose_name = _("sanction")
        verbose_name_plural = _("sanctions")

    def __str__(self) -> str:
        return f"{self.kind} {self.user}"


@pghistory.track()
class WordList(models.Model):
    """Words of a language, for one market or all, one creator or all (C4)."""

    class Severity(models.TextChoices):
        BLOCK = "block", _("Block")
        HOLD = "hold", _("Hold for review")
        FLAG = "flag", _("Show, and tell the moderators")
        ALLOW = "allow", _("Never stop")

    market = models.ForeignKey(
        "shopfront.Market", on_delete=models.CASCADE, null=True, blank=True
    )
    creator = models.ForeignKey(
        "creators.Creator",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="word_lists",
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        help_text=_("Two letters; empty for words of every language."),
    )
    severity = models.CharField(_("severity"), max_length=6, choices=Severity)
    words = models.JSONField(_("words"), default=list)
    updated_at = models.DateTimeField(_("updated at"), default=clock.now)

    class Meta:
        verbose_name = _("word list")
        verbose_name_plural = _("word lists")
        constraints = [
            models.UniqueConstraint(
                fields=["creator", "language", "severity"],
                condition=models.Q(creator__isnull=False, market=None),
                name="livestreams_wordlist_once_a_creator",
            ),
            models.CheckConstraint(
                condition=models.Q(creator=None) | ~models.Q(severity="allow"),
                name="livestreams_wordlist_creators_only_forbid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.language or '*'} {self.severity}"


class Report(models.Model):
    """Somebody told us about a message or a show; the receipt is its id (C7)."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Dismissed")

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="reports"
    )
    message = models.ForeignKey(
        ChatMessage, on_delete=models.CASCADE, null=True, blank=True
    )
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    answer = models.CharField(_("answer"), max_length=200, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["message", "reporter"], name="livestreams_report_once"
            ),
            models.UniqueConstraint(
                fields=["livestream", "reporter"],
                condition=models.Q(message=None),
                name="livestreams_report_show_once",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def appeal_until(self) -> dt.datetime | None:
        """Until when its reporter may appeal; None where nobody decided against it."""
        if self.state != self.State.DISMISSED or self.decided_at is None:
            return None
        return self.decided_at + APPEALED_WITHIN

    @property
    def can_be_appealed(self) -> bool:
        """Whether its reporter may appeal now; a query if the appeal was not read."""
        until = self.appeal_until
        is_open = until is not None and clock.now() < until
        return is_open and getattr(self, "appeal", None) is None
