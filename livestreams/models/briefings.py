"""What a brand or the operator asks for in a show, line by line (P9)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField

LONGEST_LINE = 300


class Briefing(models.Model):
    """The wishes of one brand, or of the operator, for one show."""

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="briefings"
    )
    brand = models.ForeignKey(
        "catalog.Brand",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text=_("Empty: the operator's own."),
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(_("written at"), default=clock.now)
    fixed_at = models.DateTimeField(
        _("fixed since"),
        null=True,
        blank=True,
        help_text=_("The first line was accepted: no line is changed or added."),
    )

    class Meta:
        ordering = ["-written_at", "-id"]
        verbose_name = _("briefing")
        verbose_name_plural = _("briefings")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "brand"],
                nulls_distinct=False,
                name="livestreams_briefing_one_per_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.livestream}: {self.brand or _('Operator')}"


class BriefingLine(models.Model):
    """One wish; without the host's yes it has no effect, and no refusal has any."""

    class Answer(models.TextChoices):
        WAITING = "waiting", _("Waits for an answer")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")

    public_id = PublicIdField()
    briefing = models.ForeignKey(
        Briefing, on_delete=models.CASCADE, related_name="lines"
    )
    version = models.PositiveSmallIntegerField(_("version"))
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("text"), max_length=LONGEST_LINE)
    answer = models.CharField(
        _("answer"), max_length=8, choices=Answer, default=Answer.WAITING
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported at"), null=True, blank=True)
    report = models.CharField(_("what is wrong with it"), max_length=300, blank=True)

    class Meta:
        ordering = ["briefing", "version", "position"]
        verbose_name = _("line of a briefing")
        verbose_name_plural = _("lines of briefings")
        constraints = [
            models.UniqueConstraint(
                fields=["briefing", "version", "position"],
                name="livestreams_briefingline_once",
            ),
            models.CheckConstraint(
                condition=Q(answer="waiting", answered_at=None)
                | (~Q(answer="waiting") & Q(answered_at__isnull=False)),
                name="livestreams_briefingline_answered_when",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]
