"""What authors want erased that has to wait for a decision (C8)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.chat import ChatMessage
from shopfront.common import clock


class ErasureWish(models.Model):
    """A line goes once the open reports of it are decided; the row goes with it."""

    message = models.OneToOneField(
        ChatMessage, on_delete=models.CASCADE, related_name="erasure_wish"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("asked by"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("wish for erasure")
        verbose_name_plural = _("wishes for erasure")

    def __str__(self) -> str:
        return f"{self.message_id} {self.asked_at:%Y-%m-%d}"
