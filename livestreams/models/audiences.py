"""Who may see a show that is not for everybody."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from livestreams.models.shows import Livestream
from shopfront.common import clock
from shopfront.common.ids import PublicIdField


class ShowInvitation(models.Model):
    """One place at a show for the invited: the first account that opens it has it."""

    public_id = PublicIdField()
    livestream = models.ForeignKey(
        Livestream, on_delete=models.CASCADE, related_name="invitations"
    )
    name = models.CharField(_("for whom"), max_length=80)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="show_invitations",
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    claimed_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("invitation to a show")
        verbose_name_plural = _("invitations to a show")
        constraints = [
            models.UniqueConstraint(
                fields=["livestream", "user"],
                condition=models.Q(revoked_at=None),
                name="livestreams_showinvitation_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
