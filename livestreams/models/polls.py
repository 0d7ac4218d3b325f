"""Polls in a show: one open at a time, one vote per account (C2)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class Poll(models.Model):
    """What the host lets the room choose; the result is kept when it closes."""

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="polls"
    )
    question = models.CharField(_("question"), max_length=140)
    options = models.JSONField(_("options"), default=list)
    votes = models.JSONField(_("result"), default=list, blank=True)
    seq = models.BigIntegerField(_("number"), default=0)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(_("opened at"), default=clock.now)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("poll")
        verbose_name_plural = _("polls")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream"],
                condition=models.Q(closed_at=None),
                name="livestreams_poll_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.question


class PollVote(models.Model):
    """One account's choice; it counts how often it was changed."""

    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="ballots")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    choice = models.PositiveSmallIntegerField(_("choice"))
    version = models.PositiveIntegerField(_("version"), default=1)
    erasure_asked_at = models.DateTimeField(
        _("erasure asked at"),
        null=True,
        blank=True,
        help_text=_("It goes when the poll closes; until then it keeps to one vote."),
    )
    voted_at = models.DateTimeField(_("voted at"), default=clock.now)

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [
            models.UniqueConstraint(
                fields=["poll", "user"], name="livestreams_vote_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.poll_id} {self.choice}"
