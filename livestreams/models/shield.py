"""What the shield took aside, what its author chose, and goods many complain about."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.chat import ChatMessage
from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class Shielding(models.Model):
    """A line that is about an order, the goods or the host's person (C6, C10)."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("About an order")
        QUALITY = "quality", _("About quality")
        DANGER = "danger", _("About danger")
        REMARK = "remark", _("About the host's person")

    class Answer(models.TextChoices):
        WAITING = "waiting", _("Its author has not chosen")
        CASE = "case", _("A private case")
        ROOM = "room", _("Said in the room")

    message = models.OneToOneField(
        ChatMessage, on_delete=models.CASCADE, related_name="shielding"
    )
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="shieldings"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    sureness = models.PositiveSmallIntegerField(_("how sure, per cent"))
    answer = models.CharField(
        _("what its author chose"),
        max_length=8,
        choices=Answer,
        default=Answer.WAITING,
    )
    case_ref = models.CharField(_("case"), max_length=40, blank=True)
    at = models.DateTimeField(_("at"), default=clock.now)
    answered_at = models.DateTimeField(_("chosen at"), null=True, blank=True)
    alerted_at = models.DateTimeField(_("staff told at"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("shielding")
        verbose_name_plural = _("shieldings")
        indexes = [
            models.Index(
                fields=["livestream", "kind"], name="livestreams_shielding_counts"
            ),
            models.Index(
                fields=["livestream"],
                condition=models.Q(kind="danger", alerted_at=None),
                name="livestreams_shielding_danger",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


class GoodsAlert(models.Model):
    """Several shoppers opened a case on one variant within ten minutes (C6)."""

    class Decision(models.TextChoices):
        OPEN = "open", _("Nobody has decided")
        UNPINNED = "unpinned", _("Unpinned")
        KEPT = "kept", _("Stays on screen")

    public_id = PublicIdField()
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT)
    livestream = models.ForeignKey(
        Livestream,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="goods_alerts",
        help_text=_("The show that sold it then, if one was on air."),
    )
    cases_count = models.PositiveIntegerField(_("cases"))
    decision = models.CharField(
        _("decision"), max_length=10, choices=Decision, default=Decision.OPEN
    )
    opened_at = models.DateTimeField(_("at"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty where the market's rule unpinned it."),
    )

    class Meta:
        ordering = ["-opened_at"]
        verbose_name = _("alert about goods")
        verbose_name_plural = _("alerts about goods")
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "livestream"],
                condition=models.Q(decision="open"),
                nulls_distinct=False,
                name="livestreams_goodsalert_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant}: {self.cases_count}"
