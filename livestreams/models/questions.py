"""Questions to the host, in a queue of their own apart from the chat (C2)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.moderation import ModerationAction
from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class Question(models.Model):
    """One thing a viewer asks; its answer stays with the product it was about."""

    class State(models.TextChoices):
        HELD = "held", _("Held for review")
        OPEN = "open", _("Open")
        HANDED = "handed", _("With the moderators")
        ANSWERED = "answered", _("Answered")
        DISMISSED = "dismissed", _("Dismissed")

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="questions"
    )
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    asker_name = models.CharField(_("name shown"), max_length=60)
    text = models.CharField(_("text"), max_length=500)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    state_before = models.CharField(
        _("state before it was dismissed"), max_length=10, choices=State, blank=True
    )
    why = models.CharField(_("why held or dismissed"), max_length=200, blank=True)
    is_pinned = models.BooleanField(_("on screen"), default=False)
    seq = models.BigIntegerField(_("number"), null=True, blank=True)
    answer = models.CharField(_("written answer"), max_length=500, blank=True)
    product = models.ForeignKey(
        "catalog.Product",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("What was on screen when it was answered."),
    )
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
        related_name="questions",
        help_text=_("The act that dismissed it."),
    )
    is_about_danger = models.BooleanField(_("about danger"), default=False)
    alerted_at = models.DateTimeField(_("staff told at"), null=True, blank=True)
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream"],
                condition=models.Q(is_pinned=True),
                name="livestreams_question_one_on_screen",
            ),
        ]
        indexes = [
            models.Index(
                fields=["livestream", "asker", "-asked_at"],
                name="livestreams_question_asked",
            ),
            models.Index(
                fields=["livestream"],
                condition=models.Q(is_about_danger=True, alerted_at=None),
                name="livestreams_question_danger",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asker_name}: {self.text[:40]}"

    @property
    def explanation(self) -> str:
        """Why it is held or was dismissed, as stored; a query for a dismissed one."""
        return self.taken_by.reason if self.taken_by else self.why
