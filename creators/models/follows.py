"""Who follows whom; nothing else is kept about it (F8)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from creators.models.people import Creator
from shopfront.common import clock


class Follow(models.Model):
    """A person follows a creator; undone, the row is gone."""

    creator = models.ForeignKey(
        Creator, on_delete=models.CASCADE, related_name="follows"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows"
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    shared_at = models.DateTimeField(
        _("agreed to share the address at"),
        null=True,
        blank=True,
        help_text=_("Empty until the person agrees, and again once they do not (P8)."),
    )

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [
            models.UniqueConstraint(
                fields=["creator", "user"], name="creators_follow_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} > {self.creator}"
